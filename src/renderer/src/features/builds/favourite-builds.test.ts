import { expect, test } from 'vitest'
import { emptyBuild } from '@shared/builds/empty-build'
import {
  favouriteBuilds,
  keepFavourite,
  nameProblem,
  removeFavourite,
  renameFavourite
} from './favourite-builds'
import { leftOutText } from './kept-input'
import { keepBuild, recentBuilds } from './recent-builds'

function memory(text: string | null = null) {
  const held = { text }
  return {
    held,
    getItem: () => held.text,
    setItem: (_: string, value: string) => {
      held.text = value
    }
  }
}
const names = (storage: ReturnType<typeof memory>): string[] =>
  favouriteBuilds(storage).map(({ name }) => name)

test('favourites are kept by name, replaced, renamed and removed', () => {
  const storage = memory()
  keepFavourite('b', { ...emptyBuild(), context: '/b' }, storage)
  keepFavourite('a10', { ...emptyBuild(), context: '/old' }, storage)
  keepFavourite('a9', emptyBuild(), storage)
  keepFavourite('a10', { ...emptyBuild(), context: '/new' }, storage)
  expect(names(storage)).toEqual(['a9', 'a10', 'b'])
  expect(favouriteBuilds(storage)[1]?.input.context).toBe('/new')
  renameFavourite('a9', 'z', storage)
  removeFavourite('b', storage)
  expect(names(storage)).toEqual(['a10', 'z'])
})

test('nothing that may be a secret is kept', () => {
  const storage = memory()
  const input = {
    ...emptyBuild(),
    context: 'https://me:hunter2@git.test/shop.git',
    contexts: ['base=https://hunter2@git.test/base.git', 'tools=ssh://git@git.test/tools.git'],
    cacheFrom: ['type=gha,scope=x,token=hunter2', 'type=registry,ref=r.test/c'],
    cacheTo: ['type=s3,bucket=b,"secret_access_key=hunter2,x"', '"secret_access_key=hunter2'],
    buildArgs: ['NPM_TOKEN=hunter2', 'PASSWORD=hunter2', 'COLOUR=blue', 'FROM=https://me:hun@hunter2@x.test'],
    secrets: ['id=t,env=TOKEN', 'id=u,value=hunter2'],
    labels: ['source=https://hunter2@git.test/shop']
  }
  expect(leftOutText(input)).toBe(
    'Values of secrets, 2 build arguments that are named like one, and what opens a cache are not kept.'
  )
  expect(leftOutText(emptyBuild())).toBe('Values of secrets are not kept.')
  const recent = memory()
  keepBuild(input, recent)
  expect(recent.held.text).not.toContain('hunter2')
  expect(recentBuilds(recent)).toHaveLength(1)
  keepFavourite('shop', input, storage)
  expect(storage.held.text).not.toContain('hunter2')
  expect(favouriteBuilds(storage)[0]?.input).toMatchObject({
    context: 'https://git.test/shop.git',
    contexts: ['base=https://git.test/base.git', 'tools=ssh://git@git.test/tools.git'],
    cacheFrom: ['type=gha,scope=x', 'type=registry,ref=r.test/c'],
    cacheTo: ['type=s3,bucket=b'],
    buildArgs: ['COLOUR=blue', 'FROM=https://x.test'],
    secrets: ['id=t,env=TOKEN'],
    labels: ['source=https://git.test/shop']
  })
})

test.each([
  '',
  'null',
  '{',
  '4',
  '[4, null, {"name": "", "input": {}}, {"name": "x", "input": {"context": 4}}]'
])('what was stored as %j is no favourite', (text) => expect(favouriteBuilds(memory(text))).toEqual([]))

test('what an earlier version kept has the fields of this one', () => {
  const { shmSize, outputs, ...input } = { ...emptyBuild(), context: '/src/shop' }
  const kept = favouriteBuilds(memory(JSON.stringify([{ name: 'shop', input }])))
  expect(kept).toEqual([{ name: 'shop', input: { ...input, shmSize, outputs } }])
})

test('no more are kept than there is place for', () => {
  const taken = Array.from({ length: 100 }, (_, n) => ({ name: String(n), input: emptyBuild() }))
  expect(nameProblem('more', taken, null)).toContain('100 favourites already')
  expect(nameProblem('7', taken, '7')).toBeNull()
})

test('a name is there once, and not empty', () => {
  const taken = [{ name: 'shop', input: emptyBuild() }]
  expect(nameProblem(' ', taken, null)).toContain('name')
  expect(nameProblem('shop ', taken, null)).toContain('There is')
  expect(nameProblem('shop', taken, 'shop')).toBeNull()
  expect(nameProblem('x'.repeat(101), taken, null)).toContain('100')
  expect(nameProblem('other', taken, null)).toBeNull()
})
