import { expect, test } from 'vitest'
import { nameOfBuild, placeOfBuild, type LocalState } from './names'

const state = (LocalPath: string, DockerfilePath = ''): LocalState => ({ LocalPath, DockerfilePath })

test.each<[Record<string, string>, LocalState | null, string]>([
  [{}, null, ''],
  [{ filename: 'Dockerfile' }, state('/src/web'), 'web'],
  [{ filename: 'Dockerfile', target: 'build' }, state('/src/web', '/src/web/Dockerfile'), 'web (build)'],
  [{ filename: 'Dockerfile.dev' }, state('/src/web', '/src/web/Dockerfile.dev'), 'web/Dockerfile.dev'],
  [{ filename: 'Dockerfile' }, state('/src/web', '/other/ci/Dockerfile'), 'ci'],
  [{ filename: 'x.Dockerfile' }, state('/src/web', '/other/ci/x.Dockerfile'), 'ci/x.Dockerfile'],
  [
    { context: 'https://github.com/a/b.git#main' },
    state('https://github.com/a/b.git#main'),
    'https://github.com/a/b.git#main'
  ],
  [{ 'vcs:source': 'https://github.com/a/b' }, null, 'https://github.com/a/b'],
  [{ 'vcs:localdir:context': 'app', 'vcs:source': 'x' }, state('/src/app'), 'app'],
  [{ 'build-arg:BUILDKIT_BUILD_NAME': 'nightly', target: 'x' }, state('/src/web'), 'nightly'],
  [{ target: 'only' }, null, 'only'],
  [{}, state('-', '-'), ''],
  [{}, state('C:\\src\\web', 'C:\\src\\web\\Dockerfile'), 'web']
])('%j %j is %s', (attrs, local, name) => {
  expect(nameOfBuild(new Map(Object.entries(attrs)), local)).toBe(name)
})

test('the place of a build is told with what is known', () => {
  expect(placeOfBuild(new Map(), null)).toEqual({ context: '', dockerfile: 'Dockerfile', target: '' })
  expect(placeOfBuild(new Map([['target', 'a']]), state('/src/web', '/src/web/x'))).toEqual({
    context: '/src/web',
    dockerfile: '/src/web/x',
    target: 'a'
  })
})
