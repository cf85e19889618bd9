/** What the page of a repository says of its tags, what it asks for, and what a copy asks before it begins. */
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { effectScope, nextTick, shallowRef, type EffectScope } from 'vue'
import { useApi } from '@/api'
import { fakeApi, fakeStream, type FakeStream } from '@/api/fake'
import type { TagRow } from '@shared/contract/repositories'
import { AppError } from '@shared/errors'
import { copyWords, limitWord, platformsWord } from './registry-words'
import TagCells from './TagCells.vue'
import { useTagRows, type TagRows } from './use-tag-rows'

const row = (tag: string, more: Partial<TagRow> = {}): TagRow => ({
  ...{ tag, digest: `sha256:${'a'.repeat(64)}`, platforms: ['linux/amd64'], platform: 'linux/amd64' },
  ...{ size: 1500, created: '2020-01-02T03:04:05.000Z', problem: '' },
  ...more
})

describe('a line', () => {
  const text = (one: TagRow | undefined): string[] =>
    mount(TagCells, { props: { row: one } })
      .findAll('td')
      .map((cell) => cell.text())
  it('says what was read, dashes with the reason where it was not, and nothing before', () => {
    expect(text(row('1'))).toEqual([
      'sha256:aaaaaaaaaaaa',
      'linux/amd64',
      '1.5kB',
      expect.stringMatching(/ ago$/) as string
    ])
    const several = row('1', { platforms: ['a/b', 'c/d', 'e/f'], platform: '', size: null, created: null })
    expect(text(several)).toEqual(['sha256:aaaaaaaaaaaa', '3 platforms', '3 platforms', '–'])
    const refused = row('1', {
      digest: null,
      platforms: [],
      size: null,
      created: null,
      problem: 'It is away.'
    })
    expect(text(refused)).toEqual(['–', '–', '–', '–'])
    const cells = mount(TagCells, { props: { row: refused } }).findAll('td')
    expect(cells.map((cell) => cell.attributes('title'))).toEqual(Array.from(cells, () => 'It is away.'))
    expect(text(undefined)).toEqual(['', '', '', ''])
  })
})

describe('the lines that can be seen', () => {
  let scope: EffectScope
  let opened: { tags: readonly string[]; stream: FakeStream<TagRow, never, void> }[]
  const repository = shallowRef('a')
  let rows: TagRows
  beforeEach(() => {
    opened = []
    repository.value = 'a'
    useApi(
      fakeApi({
        repositories: {
          tagRows: ({ tags }) => {
            const stream = fakeStream<TagRow>()
            opened.push({ tags, stream })
            return stream
          }
        }
      })
    )
    scope = effectScope()
    rows = scope.run(() => useTagRows(() => ({ host: 'r', repository: repository.value })))!
  })
  afterEach(() => scope.stop())

  it('are read in batches; what went out of sight meanwhile is not asked for', async () => {
    const tags = Array.from({ length: 60 }, (_, number) => `t${number}`)
    rows.see(tags)
    expect(opened[0]?.tags).toHaveLength(24)
    rows.see(['t50', 't1'])
    for (const tag of opened[0]?.tags ?? []) opened[0]?.stream.push(row(tag))
    opened[0]?.stream.end()
    await flushPromises()
    expect(rows.rows.get('t1')?.size).toBe(1500)
    expect(opened.map((one) => one.tags).slice(1)).toEqual([['t50']])
    // One that tells less than it was asked for is not asked for ever.
    opened[1]?.stream.end()
    await flushPromises()
    expect(rows.rows.get('t50')?.problem).toBe('The registry did not say.')
    expect(opened).toHaveLength(2)
  })

  it('say why when all of it fails, are read anew when asked, and are left with the page', async () => {
    rows.see(['t1'])
    opened[0]?.stream.fail(new AppError('Unavailable', 'It is away.'))
    await flushPromises()
    expect(rows.rows.get('t1')?.problem).toBe('It is away.')
    rows.renew()
    expect(opened[1]?.tags).toEqual(['t1'])
    repository.value = 'b'
    await nextTick()
    expect(opened[1]?.stream.closed).toBe(true)
    expect(rows.rows.size).toBe(0)
    rows.see(['x'])
    scope.stop()
    expect(opened[2]?.stream.closed).toBe(true)
  })
})

describe('a rate limit', () => {
  it('is told in words where it is told at all', () => {
    const remaining = { name: 'ratelimit-remaining', value: '97;w=21600' }
    expect(limitWord([remaining, { name: 'ratelimit-limit', value: '100;w=21600' }])).toBe(
      '97 of 100, for each 6 hours'
    )
    expect(limitWord([{ ...remaining, value: '5' }])).toBe('5')
    expect(limitWord([])).toBeNull()
  })
})

describe('the words of a copy', () => {
  it('say what becomes of the digest', () => {
    expect(copyWords([], 0)).toContain('the same digest')
    expect(copyWords(['a', 'b'], 2)).toContain('the same digest')
    expect(copyWords(['a'], 2)).toContain('image of a itself')
    expect(copyWords(['a', 'b'], 3)).toContain('another digest')
    expect(copyWords([], 3)).toBeNull()
    expect(platformsWord(row('1', { platforms: ['a', 'b'], platform: 'a' }))).toEqual({
      word: '2 platforms',
      sizeOf: 'For a'
    })
  })
})

setActivePinia(createPinia())
