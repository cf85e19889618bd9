import { describe, expect, it } from 'vitest'
import { mayRead, unreadableFiles } from './unreadable-files'

describe('mayRead', () => {
  const file = (mode: number) => ({ mode, uid: 1, gid: 2 })
  it('asks the bits of the owner, of the group, or of others, whichever the reader is first', () => {
    expect(mayRead(file(0o400), { uid: 1, groups: [] })).toBe(true)
    expect(mayRead(file(0o044), { uid: 1, groups: [2] })).toBe(false)
    expect(mayRead(file(0o040), { uid: 3, groups: [4, 2] })).toBe(true)
    expect(mayRead(file(0o404), { uid: 3, groups: [2] })).toBe(false)
    expect(mayRead(file(0o004), { uid: 3, groups: [] })).toBe(true)
    expect(mayRead(file(0), null)).toBe(true)
  })

  it('a context that cannot be walked has none', async () => {
    const reader = { uid: 1, groups: [] }
    const { signal } = new AbortController()
    const place = { context: '/nonexistent', dockerfile: '' }
    expect(await unreadableFiles(place, reader, signal)).toEqual([])
  })
})
