import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeFolders, pathProblem, resolveBundleDir, resolvePaths, resolveRoot } from './paths'

describe('the root folder', () => {
  test('is QUAYSIDE_HOME when that is set, made absolute', () => {
    expect(resolveRoot({ QUAYSIDE_HOME: '/x/y/' }, 'linux', '/home/a')).toBe('/x/y')
    expect(resolveRoot({ QUAYSIDE_HOME: 'y' }, 'linux', '/home/a', '/x')).toBe('/x/y')
  })

  test.each([
    ['linux', {}, '/home/a', '/home/a/.local/share/quayside'],
    ['linux', { XDG_DATA_HOME: '/d' }, '/home/a', '/d/quayside'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/a', '/home/a/.local/share/quayside'],
    ['linux', { QUAYSIDE_HOME: '' }, '/home/a', '/home/a/.local/share/quayside'],
    ['darwin', {}, '/Users/a', '/Users/a/Library/Application Support/Quayside'],
    ['win32', { LOCALAPPDATA: 'C:\\L' }, 'C:\\Users\\a', 'C:\\L\\Quayside'],
    ['win32', {}, 'C:\\Users\\a', 'C:\\Users\\a\\AppData\\Local\\Quayside']
  ] as const)('on %s with %o is the usual place', (platform, env, home, expected) => {
    expect(resolveRoot(env, platform, home)).toBe(expected)
  })
})

describe('the paths', () => {
  test('are all below the root', () => {
    const { root, ...rest } = resolvePaths({ QUAYSIDE_HOME: '/q' }, 'linux', '/home/a')
    for (const path of Object.values(rest)) expect(path.startsWith(`${root}/`)).toBe(true)
  })

  test('of a root that is too long for a socket are refused with the length that fits', () => {
    const fits = `/${'a'.repeat(61)}`
    expect(resolvePaths({ QUAYSIDE_HOME: fits }, 'linux', '/').root).toBe(fits)
    expect(() => resolvePaths({ QUAYSIDE_HOME: `${fits}a` }, 'linux', '/')).toThrow(/too long a path/)
    try {
      resolvePaths({ QUAYSIDE_HOME: `${fits}a` }, 'linux', '/')
    } catch (error) {
      expect(error).toMatchObject({
        code: 'InvalidParameter',
        hint: expect.stringContaining('The path has 63 bytes, at most 62 are possible') as string
      })
    }
  })

  test('count bytes, not characters', () => {
    expect(() => resolvePaths({ QUAYSIDE_HOME: `/${'é'.repeat(31)}` }, 'linux', '/')).toThrow(/too long/)
  })

  test('on Windows use a named pipe and have no length limit', () => {
    const paths = resolvePaths({ QUAYSIDE_HOME: `C:\\${'a'.repeat(200)}` }, 'win32', 'C:\\')
    expect(paths.socket).toBe('//./pipe/quayside_engine')
    expect(pathProblem(paths, 'win32')).toBeNull()
  })
})

describe('making the folders', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync('/tmp/q-paths-')
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  test('makes them for this user only, again and again', () => {
    const paths = resolvePaths({ QUAYSIDE_HOME: `${dir}/home` }, 'linux', '/')
    makeFolders(paths)
    makeFolders(paths)
    expect(statSync(paths.runDir).mode & 0o777).toBe(0o700)
    expect(statSync(paths.root).mode & 0o777).toBe(0o700)
  })

  test('fails, rather than hangs, where no folder can be made', () => {
    const paths = resolvePaths({ QUAYSIDE_HOME: '/proc/nowhere/q' }, 'linux', '/')
    expect(() => makeFolders(paths)).toThrow('Quayside cannot use the folder /proc/nowhere/q')
  })

  test('says which folder is in the way of what', () => {
    writeFileSync(`${dir}/home`, '')
    const paths = resolvePaths({ QUAYSIDE_HOME: `${dir}/home` }, 'linux', '/')
    expect(() => makeFolders(paths)).toThrow(
      `Quayside cannot use the folder ${dir}/home: a file is in its place.`
    )
  })
})

test('the bundle is inside the packaged app or in the repository', () => {
  const machine = { platform: 'linux', arch: 'x64' } as const
  expect(resolveBundleDir({ ...machine, packagedResources: '/opt/q/resources' })).toBe(
    '/opt/q/resources/engine'
  )
  expect(resolveBundleDir({ ...machine, repository: '/src' })).toBe('/src/resources/engine/linux-x64')
})
