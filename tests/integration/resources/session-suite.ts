/** What the session promises, as tests that run against a real engine and against the fake one alike. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { containerName, type ContainerSummary } from '@shared/docker/container'
import { EngineSession } from '@main/resources/session'
import { follow, settle } from './follow'

/** Somebody else at the same engine: the docker CLI, or the fake engine's own verbs. */
export interface Driver {
  readonly socket: string
  /** A tag that is there from the start, of the only image. */
  readonly image: string
  create(names: readonly string[]): Promise<void>
  start(names: readonly string[]): Promise<void>
  restart(name: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(names: readonly string[]): Promise<void>
  tag(image: string, tag: string): Promise<void>
  untag(tag: string): Promise<void>
  close(): Promise<void>
}

const FIFTY = Array.from({ length: 50 }, (_, index) => `many${index}`)
const isNamed = (name: string) => (row: ContainerSummary) => containerName(row) === name
const isRunning = (row: ContainerSummary) => row.State === 'running'

export function describeSession(startDriver: () => Promise<Driver>): void {
  let driver: Driver
  const session = new EngineSession()

  beforeAll(async () => {
    driver = await startDriver()
    await session.connect({ kind: 'unix', path: driver.socket })
    await driver.create(['one'])
  })
  afterAll(async () => {
    session.disconnect()
    await driver.close()
  })

  it('shows a container somebody starts soon, with at most two requests and one patch', async () => {
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows.some(isNamed('one')))
    await settle()
    const [requests, items] = [session.counters.engineRequests, page.changes.length]
    await driver.start(['one'])
    const started = performance.now()
    const seen = await page.until((rows) => rows.some((row) => isNamed('one')(row) && isRunning(row)))
    await settle()
    expect(session.counters.engineRequests - requests).toBeLessThanOrEqual(2)
    expect(page.changes.length - items).toBe(1)
    expect(seen - started).toBeLessThan(300)
    await page.close()
  })

  it('asks the engine nothing while nobody waits for rows', async () => {
    const requests = session.counters.engineRequests
    await driver.restart('one')
    await settle()
    expect(session.counters.engineRequests).toBe(requests)
  })

  it('shows fifty containers started, then removed, at once', async () => {
    const page = follow((signal) => session.watchContainers(signal))
    await driver.create(FIFTY)
    await page.until((rows) => rows.length === 51)
    const patches = session.counters.containerPatches
    await driver.start(FIFTY)
    const started = performance.now()
    expect((await page.until((rows) => rows.filter(isRunning).length === 51)) - started).toBeLessThan(300)
    expect(session.counters.containerPatches - patches).toBeLessThanOrEqual(60)
    await driver.remove(FIFTY)
    const removed = performance.now()
    expect((await page.until((rows) => rows.length === 1)) - removed).toBeLessThan(300)
    await page.close()
  })

  it('follows the tags of an image', async () => {
    const page = follow((signal) => session.watchImages(signal))
    await page.until((rows) => rows.length === 1)
    await driver.tag(driver.image, 'other:v1')
    await page.until((rows) => rows[0]?.RepoTags.includes('other:v1') === true)
    await driver.untag('other:v1')
    await page.until((rows) => rows[0]?.RepoTags.includes('other:v1') === false)
    await page.close()
  })

  it('gives a new snapshot when the computer wakes up, and goes on from there', async () => {
    const page = follow((signal) => session.watchContainers(signal))
    await page.until((rows) => rows.length === 1)
    session.resync()
    await expect.poll(() => page.changes.filter((change) => change.type === 'snapshot').length).toBe(2)
    await driver.rename('one', 'renamed')
    await page.until((rows) => rows.some(isNamed('renamed')))
    await page.close()
  })
}
