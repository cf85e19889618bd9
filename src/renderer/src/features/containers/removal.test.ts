import { describe, expect, it } from 'vitest'
import type { RemovalPreview } from '@shared/contract/containers'
import { anonymousVolumes, keptMounts, planRemoval, removalCommand, totalBytes } from './removal'

const preview = (name: string, overrides: Partial<RemovalPreview> = {}): RemovalPreview => ({
  Id: `id-${name}`,
  name,
  state: 'exited',
  sizeRwBytes: 0,
  anonymousVolumes: [],
  keptMounts: [],
  ...overrides
})

describe('removal', () => {
  const previews = [
    preview('web', { sizeRwBytes: 1000, anonymousVolumes: ['b', 'a'], keptMounts: ['data'] }),
    preview('db', { sizeRwBytes: 24, anonymousVolumes: ['a'], keptMounts: ['/srv', 'data'] }),
    preview('gone')
  ]
  const states = new Map([
    ['id-web', 'running' as const],
    ['id-db', 'exited' as const]
  ])

  it('adds up what goes and names what stays once', () => {
    expect(totalBytes(previews)).toBe(1024)
    expect(anonymousVolumes(previews)).toEqual(['a', 'b'])
    expect(keptMounts(previews)).toEqual(['/srv', 'data'])
  })

  it('forces only what runs now and leaves out what is gone', () => {
    const plan = planRemoval(previews, (id) => states.get(id), true)
    expect(plan).toEqual({
      volumes: true,
      targets: [
        { id: 'id-web', name: 'web', force: true },
        { id: 'id-db', name: 'db', force: false }
      ]
    })
    expect(removalCommand(plan)).toBe('docker rm --volumes db\ndocker rm --force --volumes web')
  })

  it('is a plain docker rm for a stopped one', () => {
    expect(removalCommand(planRemoval([preview('db')], () => 'exited', false))).toBe('docker rm db')
    expect(removalCommand(planRemoval([preview('db')], () => undefined, false))).toBe('')
  })
})
