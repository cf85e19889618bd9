import { describe, expect, test } from 'vitest'
import { cacheDir, insideOf } from './paths.mjs'

describe('cacheDir', () => {
  test('prefers QUAYSIDE_CACHE, then an absolute XDG_CACHE_HOME, then ~/.cache', () => {
    expect(cacheDir({ QUAYSIDE_CACHE: '/c', XDG_CACHE_HOME: '/x' }, '/home/a')).toBe('/c')
    expect(cacheDir({ XDG_CACHE_HOME: '/x' }, '/home/a')).toBe('/x/quayside')
    expect(cacheDir({ XDG_CACHE_HOME: 'relative' }, '/home/a')).toBe('/home/a/.cache/quayside')
    expect(cacheDir({}, '/home/a')).toBe('/home/a/.cache/quayside')
  })
})

describe('insideOf', () => {
  test('resolves a name below the folder', () => {
    expect(insideOf('/stage', 'bin/dockerd')).toBe('/stage/bin/dockerd')
    expect(insideOf('/stage/', './bin/../dockerd')).toBe('/stage/dockerd')
  })

  test.each([
    '../outside',
    'a/../../outside',
    '/etc/passwd',
    '',
    '.',
    'a/..',
    'a\\..\\b',
    'a\0b',
    '../stage2/x'
  ])('refuses %j', (name) => {
    expect(() => insideOf('/stage', name)).toThrow(/Refused/)
  })
})
