/** What becomes of the engine's configuration, and when the engine has it; and the address of a registry that was added. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AddedRegistries } from './added-registries'
import { isAsWished, mirrorsOf, registriesOf, withWish } from './engine-settings'

const host = 'registry.example:5000'

describe('the configuration', () => {
  it('keeps everything else, and an entry is there once or not at all, however often it is asked for', () => {
    const entry = fc.oneof(
      fc.constantFrom(host, `http://${host}`, host.toUpperCase(), '10.0.0.0/8', 'other:5000'),
      fc.string()
    )
    const config = fc.record({ debug: fc.boolean(), 'insecure-registries': fc.array(entry) })
    fc.assert(
      fc.property(config, fc.boolean(), (before, insecure) => {
        const wish = { host, insecure, mirrors: null }
        const after = withWish(before, wish)
        expect(withWish(after, wish)).toEqual(after)
        expect(after['debug']).toBe(before.debug)
        const named = (list: readonly string[]) =>
          list.filter((one) => /registry\.example:5000\/?$/i.test(one))
        const { insecure: list } = registriesOf(after)
        expect(named(list)).toEqual(insecure ? [host] : [])
        const others = before['insecure-registries'].filter((one) => named([one.trim()]).length === 0)
        expect(list.filter((one) => one !== host)).toEqual(others)
      })
    )
  })

  it('loses the last entry by an empty list: a list that is absent is not read anew', () => {
    const none = withWish({ 'insecure-registries': [host] }, { host, insecure: false, mirrors: [' ', ''] })
    expect(none).toEqual({ 'insecure-registries': [], 'registry-mirrors': [] })
    const wish = { host: 'new:5000', formerly: host, insecure: true, mirrors: null }
    expect(withWish({ 'insecure-registries': [host, 'x'] }, wish)['insecure-registries']).toEqual([
      'x',
      'new:5000'
    ])
  })

  it.each([[{ 'insecure-registries': 'x' }], [{ 'registry-mirrors': [1] }]])(
    'that is damaged is named, not mended: %j',
    (config) => {
      expect(() => withWish(config, { host, insecure: true, mirrors: [] })).toThrow(/is not a list of names/)
    }
  )
})

describe('mirrors', () => {
  it('are addresses, each once', () => {
    expect(mirrorsOf([' https://A.example ', 'https://a.example/', '', 'http://b:5000/x'])).toEqual([
      'https://a.example/',
      'http://b:5000/x'
    ])
  })
  it.each([
    'a.example',
    'ftp://a.example',
    'https://',
    'https:a.example',
    'https://u:p@a.example',
    'https://a.example/?x',
    'https://a.example/#x',
    'file:///etc/passwd',
    'https://a b'
  ])('are refused when they cannot be one: %s', (typed) => {
    expect(() => mirrorsOf([typed])).toThrow()
    try {
      mirrorsOf([typed])
    } catch (error) {
      expect(String(error)).not.toContain('u:p')
    }
  })
})

describe('what the engine says', () => {
  const info = (insecure: readonly string[], mirrors: readonly string[] = []) => ({
    RegistryConfig: {
      IndexConfigs: Object.fromEntries([
        ['docker.io', { Secure: true }],
        ...insecure.map((name) => [name, { Secure: false }])
      ]) as unknown,
      Mirrors: mirrors
    }
  })
  it('is as wished only when all of it is', () => {
    const wish = { host, insecure: true, mirrors: ['https://m.example'] }
    expect(isAsWished(wish, info([host], ['https://m.example/']))).toBe(true)
    expect(isAsWished(wish, info([host]))).toBe(false)
    expect(isAsWished(wish, info([], ['https://m.example/']))).toBe(false)
    expect(isAsWished({ host, insecure: false, mirrors: null }, info([]))).toBe(true)
    for (const other of [null, {}, { RegistryConfig: null }]) expect(isAsWished(wish, other)).toBe(false)
  })
})

describe('the address of a registry that was added', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'added-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('changes in its place; one that is there already, or was not added, does not', () => {
    const added = new AddedRegistries(join(folder, 'registries.json'))
    let told = 0
    added.listen(() => (told += 1))
    added.add('a:1')
    added.add('b:1')
    added.rename('a:1', 'c:1')
    expect(added.all()).toEqual(['c:1', 'b:1'])
    expect(told).toBe(3)
    expect(() => added.rename('b:1', 'c:1')).toThrow(/on the list already/)
    expect(() => added.rename('x:1', 'y:1')).toThrow(/was not added/)
    expect(added.all()).toEqual(['c:1', 'b:1'])
  })
})
