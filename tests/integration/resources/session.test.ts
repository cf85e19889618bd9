/** The session on a real engine: what the docker CLI does reaches the watcher, soon and cheaply. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { containerName, type ContainerSummary } from '@shared/docker/container'
import { applyChange, type Change } from '@shared/patch'
import { EngineSession } from '@main/resources/session'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'

/** A page: pulls all the time and applies what it gets. */
function follow<T extends { readonly Id: string }>(
  watch: (signal: AbortSignal) => AsyncGenerator<Change<T>>
) {
  const abort = new AbortController()
  let rows: ReadonlyMap<string, T> = new Map()
  const log: { at: number; change: Change<T> }[] = []
  const wakes = new Set<() => void>()
  const done = (async () => {
    for await (const change of watch(abort.signal)) {
      rows = applyChange(rows, change)
      log.push({ at: performance.now(), change })
      for (const wake of [...wakes]) wake()
    }
  })()
  return {
    log,
    rows: () => [...rows.values()],
    async until(holds: (rows: readonly T[]) => boolean, timeoutMs = 10_000): Promise<number> {
      const deadline = AbortSignal.timeout(timeoutMs)
      while (!holds([...rows.values()])) {
        deadline.throwIfAborted()
        await new Promise<void>((resolve) => {
          const wake = () => {
            wakes.delete(wake)
            resolve()
          }
          wakes.add(wake)
          deadline.addEventListener('abort', wake)
        })
      }
      return performance.now()
    },
    async close() {
      abort.abort()
      await done
    }
  }
}

const named = (name: string) => (row: ContainerSummary) => containerName(row) === name

describe.skipIf(!canRunEngine)('the engine session', () => {
  let engine: TestEngine
  const session = new EngineSession()

  beforeAll(async () => {
    engine = await startEngine()
    await engine.importBusybox()
    await session.connect({ kind: 'unix', path: engine.socket })
  })
  afterAll(async () => {
    session.disconnect()
    await engine.stop()
  })

  const settle = () => new Promise((resolve) => setTimeout(resolve, 400))

  it('shows a container the CLI starts with at most two requests and one patch', async () => {
    await engine.docker('create', '--name', 'one', BUSYBOX, 'sleep', '1000')
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows.some(named('one')))
    await settle()
    const before = session.counters
    const items = page.log.length
    await engine.docker('start', 'one')
    const returned = performance.now()
    const seen = await page.until((rows) => rows.some((row) => named('one')(row) && row.State === 'running'))
    await settle()
    const requests = session.counters.engineRequests - before.engineRequests
    console.log(
      `start: ${requests} requests, ${page.log.length - items} items, ${Math.round(seen - returned)} ms after the CLI returned`
    )
    expect(requests).toBeLessThanOrEqual(2)
    expect(page.log.length - items).toBe(1)
    expect(seen - returned).toBeLessThan(300)
    await page.close()
  })

  it('asks the engine nothing while nobody waits for rows', async () => {
    const before = session.counters.engineRequests
    await engine.docker('restart', '-t', '0', 'one')
    await settle()
    expect(session.counters.engineRequests).toBe(before)
  })

  it('shows fifty containers created and started at once', async () => {
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows.length > 0)
    const names = Array.from({ length: 50 }, (_, index) => `many${index}`)
    for (const name of names)
      await engine.docker('create', '--name', name, '--network', 'none', BUSYBOX, 'sleep', '1000')
    await page.until((rows) => rows.length === 51)
    const before = session.counters
    await engine.docker('start', ...names)
    const returned = performance.now()
    const seen = await page.until((rows) => rows.filter((row) => row.State === 'running').length === 51)
    console.log(
      `50 starts: all shown ${Math.round(seen - returned)} ms after the CLI returned, ` +
        `${session.counters.engineRequests - before.engineRequests} requests, ` +
        `${session.counters.containerPatches - before.containerPatches} patches`
    )
    expect(seen - returned).toBeLessThan(300)
    await engine.docker('rm', '-f', ...names)
    const removed = performance.now()
    const gone = await page.until((rows) => rows.length === 1)
    console.log(`50 removals: gone ${Math.round(gone - removed)} ms after the CLI returned`)
    expect(gone - removed).toBeLessThan(300)
    await page.close()
  })

  it('follows images that are tagged and removed', async () => {
    const page = follow((signal) => session.watchImages(signal))
    await page.until((rows) => rows.length === 1)
    await engine.docker('tag', BUSYBOX, 'other:v1')
    await page.until((rows) => rows[0]?.RepoTags.includes('other:v1') === true)
    await engine.docker('rmi', 'other:v1')
    await page.until((rows) => rows[0]?.RepoTags.includes('other:v1') === false)
    await page.close()
  })

  it('gives a new snapshot after a resume, and none of it is lost to a slow reader', async () => {
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows.length === 1)
    session.resync()
    await expect.poll(() => page.log.filter(({ change }) => change.type === 'snapshot').length).toBe(2)
    await engine.docker('rename', 'one', 'renamed')
    await page.until((rows) => rows.some(named('renamed')))
    await page.close()
  })
})
