import { describe, expect, test } from 'vitest'
import { damagedPart, tellingLines } from './crash-trace'
import { classify } from './failures'

const others = Array.from({ length: 300 }, (_, n) => `goroutine ${n + 20} [select]:`)
const before = Array.from({ length: 30 }, (_, n) => `time="…" level=info msg="line ${n}"`)
const NETWORKS = [
  'panic: invalid freelist page: 0, page type is unknown<00>',
  'goroutine 1 [running]:',
  'go.etcd.io/bbolt/internal/freelist.(*shared).Read(0x0, 0x0)',
  'github.com/docker/docker/libnetwork/internal/kvstore/boltdb.New({0xc0}, {0xc1})'
]

describe('the trace of a crash', () => {
  test('keeps the lines around its cause, not the last ones', () => {
    const lines = tellingLines([...before, ...NETWORKS, ...others], 50)
    expect(lines).toHaveLength(50)
    expect(lines[0]).toContain('line 20')
    expect(lines).toContain(NETWORKS[0])
  })

  test('is all there is when it is short, and without one the last lines are kept', () => {
    expect(tellingLines([...before, ...NETWORKS], 50)).toHaveLength(34)
    expect(tellingLines(before, 3)).toEqual(before.slice(-3))
  })

  test.each([
    [NETWORKS, 'network/files/local-kv.db'],
    [['panic: label value "\\xb2" is not valid UTF-8', 'goroutine 1 [running]:', 'main.main()'], 'engine-id'],
    [
      [
        'unexpected fault address 0x7f',
        '[signal SIGBUS: bus error]',
        'github.com/docker/docker/volume/service.NewStore'
      ],
      'volumes/metadata.db'
    ],
    [['fatal error: fault', 'github.com/moby/buildkit/snapshot.New'], 'buildkit']
  ])('%j was in %s', (lines, file) => {
    expect(damagedPart(lines)?.file).toBe(file)
    const found = classify({ exitCode: 2, signal: null }, lines)
    expect(found.message).toContain(file)
    expect(found.hint).toContain(`Move ${file} aside`)
  })

  test('tells nothing where nothing is known', () => {
    expect(damagedPart(['panic: boom', 'main.main()'])).toBeNull()
    expect(damagedPart(before)).toBeNull()
  })
})
