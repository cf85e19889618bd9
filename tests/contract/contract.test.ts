import { afterEach, describe, expect, it, vi } from 'vitest'
import { STREAM_METHODS } from '@/api/client'
import { WINDOW } from '@main/ipc/stream-pump'
import { contract } from '@shared/contract'
import type { Contract } from '@shared/contract/dsl'
import { AppError } from '@shared/errors'
import { harness, type Harness } from './harness'

let open: Harness | null = null
const given = (handlers: Record<string, Record<string, unknown>>): Harness => (open = harness(handlers))
afterEach(() => open?.close())

const never = new AbortController().signal

describe('a call', () => {
  it('answers what the handler answered and drops keys the contract does not know', async () => {
    const seen: unknown[] = []
    const { api } = given({
      containers: {
        start: (params: { id: string }) => {
          seen.push(params)
          return Promise.resolve({ id: params.id })
        }
      }
    })
    const params = { id: 'a', admin: true } as { id: string }
    await expect(api.containers.start(params)).resolves.toEqual({ id: 'a' })
    expect(seen).toEqual([{ id: 'a' }])
  })

  it('brings an error over with code, hint and details, and keeps its cause for the log', async () => {
    const cause = new Error('socket hang up')
    const { api, warnings } = given({
      containers: {
        start: () =>
          Promise.reject(
            new AppError('Conflict', 'Port 80 is in use.', {
              hint: 'Take another.',
              details: { port: 80 },
              cause
            })
          )
      }
    })
    const error = await api.containers.start({ id: 'a' }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({
      code: 'Conflict',
      message: 'Port 80 is in use.',
      hint: 'Take another.',
      details: { port: 80 }
    })
    expect((error as AppError).cause).toBeUndefined()
    expect(warnings[0]?.error).toMatchObject({ cause })
  })

  it('does not tell the page about an unexpected error’s text', async () => {
    const { api } = given({ containers: { start: () => Promise.reject(new Error('/root/secret')) } })
    const error = await api.containers.start({ id: 'a' }).catch((thrown: unknown) => thrown)
    expect(JSON.stringify(error)).not.toContain('secret')
    expect(error).toMatchObject({ code: 'Unknown' })
  })

  it('refuses an answer that drifted from the contract', async () => {
    const { api } = given({ containers: { start: () => Promise.resolve({ id: 5 }) } })
    await expect(api.containers.start({ id: 'a' })).rejects.toMatchObject({ code: 'System' })
  })

  it.each([
    ['a wrong type', { id: 7 }],
    ['nothing', undefined],
    ['an array', [1]],
    ['inherited values, which cloning drops', structuredClone(Object.create({ id: 'a' }) as unknown)]
  ])('refuses %s before the handler is reached', async (_what, params) => {
    const start = vi.fn()
    const { router, warnings } = given({ containers: { start } })
    const reply = await router.call('containers.start', params, undefined, never)
    expect(reply).toMatchObject({ ok: false, error: { code: 'InvalidParameter' } })
    expect(start).not.toHaveBeenCalled()
    expect(warnings).toHaveLength(1)
    expect(router.counters.refused).toBe(1)
  })

  it.each([
    'containers.nosuch',
    'nosuch.start',
    'containers',
    'containers.start.more',
    'constructor.name',
    '__proto__.toString',
    'containers.__proto__',
    'containers.hasOwnProperty',
    'containers.watch',
    '',
    'x'.repeat(10_000),
    42,
    null,
    { toString: () => 'containers.start' }
  ])('refuses the name %j', async (name) => {
    const { router } = given({
      containers: { start: () => Promise.resolve({ id: '' }), watch: () => undefined }
    })
    const reply = await router.call(name, { id: 'a' }, undefined, never)
    expect(reply).toMatchObject({ ok: false, error: { code: 'Forbidden' } })
  })

  it('does not let prototype keys through', async () => {
    const seen: object[] = []
    const { router } = given({
      containers: {
        start: (params: object) => {
          seen.push(params)
          return Promise.resolve({ id: 'a' })
        }
      }
    })
    const hostile = JSON.parse(
      '{"id":"a","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'
    ) as unknown
    await router.call('containers.start', hostile, undefined, never)
    expect(Object.keys(seen[0] ?? {})).toEqual(['id'])
    expect((seen[0] as { admin?: boolean }).admin).toBeUndefined()
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  it('refuses 50 MB, a million values and what preload already refused', async () => {
    const { router } = given({ containers: { start: () => Promise.resolve({ id: 'a' }) } })
    const refused = { ok: false, error: { code: 'InvalidParameter', message: 'The request is too large.' } }
    expect(
      await router.call('containers.start', { id: 'x'.repeat(25 << 20) }, undefined, never)
    ).toMatchObject(refused)
    expect(
      await router.call('containers.start', new Array(1_000_000).fill(0), undefined, never)
    ).toMatchObject(refused)
    expect(await router.call('containers.start', undefined, 'too-large', never)).toMatchObject(refused)
  })

  it('lets a burst through and then says that it is too much', async () => {
    const { router } = given({ containers: { start: () => Promise.resolve({ id: 'a' }) } })
    const codes = new Set<string>()
    for (let n = 0; n < 12_000; n += 1) {
      const reply = await router.call('containers.start', { id: 'a' }, undefined, never)
      codes.add(reply.ok ? 'ok' : reply.error.code)
    }
    expect([...codes].sort()).toEqual(['Unavailable', 'ok'])
  })
})

describe('a stream', () => {
  it('delivers every item in order and its end value', async () => {
    const { api } = given({
      engine: {
        async *watch({ count }: { count: number }) {
          for (let n = 0; n < count; n += 1) yield await Promise.resolve(n)
          return 'all'
        }
      }
    })
    const stream = api.engine.watch({ count: 500 })
    const items: number[] = []
    for await (const item of stream) items.push(item)
    expect(items).toEqual(Array.from({ length: 500 }, (_, n) => n))
    await expect(stream.done).resolves.toBe('all')
  })

  it('never runs further ahead of a slow page than its window', async () => {
    let produced = 0
    const { api } = given({
      engine: {
        async *watch() {
          for (;;) {
            produced += 1
            yield produced
            await Promise.resolve()
          }
        }
      }
    })
    const reader = api.engine.watch({ count: 0 })[Symbol.asyncIterator]()
    await reader.next()
    await vi.waitFor(() => expect(produced).toBeGreaterThanOrEqual(WINDOW.items))
    await new Promise((resolve) => setImmediate(resolve))
    expect(produced).toBeLessThanOrEqual(WINDOW.items + 1)
    await reader.return?.(undefined)
  })

  it('asks a state stream for the next item only when the page is done with the one before', async () => {
    let produced = 0
    const { api } = given({
      containers: {
        async *watch() {
          for (;;) {
            produced += 1
            yield produced
            await Promise.resolve()
          }
        }
      }
    })
    const reader = api.containers.watch()[Symbol.asyncIterator]()
    expect((await reader.next()).value).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(produced).toBe(1)
    expect((await reader.next()).value).toBe(2)
    await reader.return?.(undefined)
  })

  it('keeps only the newest of latest items while the page is slow', async () => {
    const { api } = given({
      containers: {
        async *stats({ count }: { count: number }) {
          for (let n = 1; n <= count; n += 1) {
            yield n
            await new Promise((resolve) => setImmediate(resolve))
          }
        }
      }
    })
    const seen: number[] = []
    for await (const item of api.containers.stats({ count: 200 })) {
      seen.push(item)
      if (seen.length === 1) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(seen.at(-1)).toBe(200)
    expect(seen.length).toBeLessThan(200)
  })

  it('finalises the handler when the page leaves the loop', async () => {
    let finalised = false
    const { api, router } = given({
      containers: {
        async *watch(_params: undefined, { signal }: { signal: AbortSignal }) {
          try {
            yield 1
            await new Promise((resolve) => signal.addEventListener('abort', resolve))
          } finally {
            finalised = true
          }
        }
      }
    })
    for await (const item of api.containers.watch()) if (item === 1) break
    await vi.waitFor(() => expect(finalised).toBe(true))
    await vi.waitFor(() => expect(router.counters.streamsOpen).toBe(0))
  })

  it('finalises the handler when the page is gone without a word', async () => {
    let finalised = false
    const { api, ports } = given({
      containers: {
        async *watch(_params: undefined, { signal }: { signal: AbortSignal }) {
          try {
            yield 1
            await new Promise((resolve) => signal.addEventListener('abort', resolve))
          } finally {
            finalised = true
          }
        }
      }
    })
    await api.containers.watch()[Symbol.asyncIterator]().next()
    ports[0]?.close()
    await vi.waitFor(() => expect(finalised).toBe(true))
  })

  it('fails with the handler’s error after the items before it', async () => {
    const { api } = given({
      engine: {
        async *watch() {
          yield 1
          await Promise.resolve()
          throw new AppError('EngineNotRunning', 'The engine is not running.', { hint: 'Start it.' })
        }
      }
    })
    const items: number[] = []
    const read = async (): Promise<void> => {
      for await (const item of api.engine.watch({ count: 0 })) items.push(item)
    }
    await expect(read()).rejects.toMatchObject({ code: 'EngineNotRunning', hint: 'Start it.' })
    expect(items).toEqual([1])
  })

  it('hands inputs to the handler and is closed by one that does not fit', async () => {
    const { api, router, ports } = given({
      engine: {
        async *watch(_params: unknown, { inputs }: { inputs: AsyncIterable<string> }) {
          for await (const input of inputs) yield input.length
          return 'end'
        }
      }
    })
    const stream = api.engine.watch({ count: 0 })
    const reader = stream[Symbol.asyncIterator]()
    stream.send('four')
    expect((await reader.next()).value).toBe(4)
    ports[0]?.postMessage({ type: 'input', value: { not: 'text' } })
    await vi.waitFor(() => expect(router.counters.streamsOpen).toBe(0))
  })

  it('refuses an unknown stream with an error the page can show', async () => {
    const { api } = given({ containers: {} })
    const read = async (): Promise<void> => {
      for await (const item of api.containers.watch()) expect(item).toBeUndefined()
    }
    await expect(read()).rejects.toMatchObject({ code: 'Forbidden' })
  })
})

describe('the contract', () => {
  it('has exactly the streams that the page knows as streams', () => {
    const streams = Object.entries(contract as Contract).flatMap(([noun, specs]) =>
      Object.entries(specs)
        .filter(([, spec]) => spec.kind === 'stream')
        .map(([verb]) => `${noun}.${verb}`)
    )
    expect(streams.sort()).toEqual([...STREAM_METHODS].sort())
  })
})
