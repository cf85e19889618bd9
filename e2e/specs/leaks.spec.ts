/**
 * What a container's page leaves behind: nothing. It is opened and closed fifty times, each time with all of its tabs, and
 * streams, connections, processes, timers, threads and the page's own memory are counted from outside before and after.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { CDPSession, Page } from '@playwright/test'
import { ContainerPage } from '../pages/container-page'
import type { Shell } from '../pages/shell'
import { importBusybox, type Quayside } from '../quayside'
import { expect, test } from '../test'

const OPENINGS = 50
/** What is loaded or made once is there after these. */
const WARM_UP = 3

/** Each tab and what says that it has done its work. */
const TABS: readonly (readonly [name: string, done: (page: Page) => Promise<void>])[] = [
  ['Logs', (page) => expect(page.getByRole('log', { name: 'Logs' })).toContainText('line 3')],
  ['Terminal', (page) => expect(page.locator('.xterm-rows')).toContainText('#')],
  ['Stats', (page) => expect(page.getByRole('figure', { name: 'PIDs' })).toContainText(/\d/)],
  ['Processes', (page) => expect(page.getByRole('grid', { name: 'Processes' })).toContainText('sleep')],
  ['Files', (page) => expect(page.getByRole('treeitem', { name: 'bin', exact: true })).toBeVisible()],
  ['Inspect', (page) => expect(page.getByRole('tabpanel', { name: 'Inspect' })).toContainText('sleep')],
  ['Health', (page) => expect(page.getByRole('tabpanel', { name: 'Health' })).toContainText('probe said')],
  ['Changes', (page) => expect(page.getByRole('list', { name: 'Changes' })).toContainText('/tmp')]
]

test('fifty openings of a container’s page with all its tabs leave nothing behind', async ({
  quayside,
  shell
}) => {
  test.setTimeout(420_000)
  const { page } = quayside
  await importBusybox(quayside)
  const script = 'for n in 1 2 3; do echo line $n; done; echo > /tmp/new; exec sleep 100000'
  await quayside.docker(
    ...['run', '-d', '--name', 'visited', '--health-cmd', 'echo probe said', '--health-interval', '1s'],
    ...['busybox:test', 'sh', '-c', script]
  )
  const id = await quayside.docker('inspect', '-f', '{{.Id}}', 'visited')
  await expect
    .poll(() => quayside.docker('inspect', '-f', '{{.State.Health.Status}}', 'visited'))
    .toBe('healthy')
  const count = await counter(quayside)

  for (let n = 0; n < WARM_UP; n += 1) await visit(quayside, shell, id)
  // What ends does so in its own time, a process in the container some hundred milliseconds after its page.
  await expect.poll(async () => (await count()).processes).toBe(1)
  const before = await count()
  const engineFiles = await lastingFilesOf(quayside.enginePid())
  // The counting itself: a page that is open is seen in it. Nodes wait for the garbage collector and are not held to that.
  await new ContainerPage(page).open(id, 'terminal')
  await expect(page.locator('.xterm-rows')).toContainText('#')
  const open = await count()
  for (const what of ['streams', 'processes'] as const) {
    expect(open[what], what).toBeGreaterThan(before[what])
  }
  expect(await lastingFilesOf(quayside.enginePid())).toBeGreaterThan(engineFiles)
  for (let n = 0; n < OPENINGS; n += 1) await visit(quayside, shell, id)
  for (const what of ['streams', 'connections', 'threads', 'processes'] as const) {
    await expect.poll(async () => (await count())[what], what).toBeLessThanOrEqual(before[what])
  }
  // dockerd opens some of its own, for the probe of each second among others; what a page left would be fifty.
  await expect
    .poll(() => lastingFilesOf(quayside.enginePid()), { message: 'files of dockerd', timeout: 30_000 })
    .toBeLessThan(engineFiles + OPENINGS / 2)
  // Timers of the app's own come and go.
  await expect.poll(async () => (await count()).timers).toBeLessThanOrEqual(before.timers + 2)
  const after = await count()
  console.log(JSON.stringify({ before, after }))
  // A page has some thousand nodes and hundreds of listeners: one that stayed would be fifty times that.
  expect(after.nodes).toBeLessThan(before.nodes + 1000)
  expect(after.listeners).toBeLessThan(before.listeners + 100)
  expect(after.documents).toBeLessThanOrEqual(before.documents)
  expect(after.heapMB).toBeLessThan(before.heapMB + 5)
  expect(await quayside.docker('top', 'visited', '-eo', 'pid,args')).toMatch(
    /^PID\s+COMMAND\n\d+\s+sleep 100000$/
  )
  await expect(page.getByRole('alert')).toHaveCount(0)
})

async function visit({ page }: Quayside, shell: Shell, id: string): Promise<void> {
  await new ContainerPage(page).open(id, 'logs')
  for (const [name, done] of TABS) {
    await page.getByRole('tab', { name, exact: true }).click()
    await done(page)
  }
  await shell.openImages()
}

interface Counts {
  /** Streams of the page that are open. */
  readonly streams: number
  /** Sockets of main, and its threads. */
  readonly connections: number
  readonly threads: number
  /** Timers of main. */
  readonly timers: number
  /** In the container. */
  readonly processes: number
  /** Of the page, after a garbage collection. */
  readonly nodes: number
  readonly listeners: number
  readonly documents: number
  readonly heapMB: number
}

async function counter(quayside: Quayside): Promise<() => Promise<Counts>> {
  const { app, page } = quayside
  const pid = await app.evaluate(() => process.pid)
  await watchPorts(page)
  const session = await page.context().newCDPSession(page)
  return async () => {
    const resources = await app.evaluate(() => process.getActiveResourcesInfo())
    const ofKind = (kind: string) => resources.filter((one) => one === kind).length
    return {
      streams: await page.evaluate(() => (globalThis as unknown as Ports).openPorts.size),
      connections: ofKind('PipeWrap') + ofKind('TCPSocketWrap'),
      threads: threadsOf(pid),
      timers: ofKind('Timeout'),
      processes: (await quayside.docker('top', 'visited', '-eo', 'pid')).split('\n').length - 1,
      ...(await memoryOf(session))
    }
  }
}

/**
 * The files that a process holds on to, of dockerd: pipes of processes, logs that are read. Its probe of each second has some
 * for a moment, so the count is the least of those that two seconds showed. Sockets are left out: they are counted in main,
 * which keeps some for the next calls and lets them go at rest.
 */
async function lastingFilesOf(pid: number): Promise<number> {
  const counts: number[] = []
  const end = Date.now() + 2000
  await expect.poll(() => counts.push(filesOf(pid)) && Date.now() > end, { intervals: [50] }).toBe(true)
  return Math.min(...counts)
}

function filesOf(pid: number): number {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).filter((fd) => !isSocket(`${folder}/${fd}`)).length
}

/** What was closed since it was listed is none of anything. */
function isSocket(fd: string): boolean {
  try {
    return readlinkSync(fd).startsWith('socket:')
  } catch {
    return false
  }
}

/** The threads of main by the kernel's count: a worker has one of its own whatever Node says. */
function threadsOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^Threads:\s*(\d+)/m.exec(status)?.[1])
}

interface Ports {
  openPorts: Set<MessagePort>
}

/** Counts the ports that the page makes and closes; each is a stream. */
async function watchPorts(page: Page): Promise<void> {
  await page.evaluate(() => {
    const ports = { openPorts: new Set<MessagePort>() }
    Object.assign(globalThis, ports)
    const Channel = globalThis.MessageChannel
    globalThis.MessageChannel = class extends Channel {
      constructor() {
        super()
        const port = this.port1
        const close = port.close.bind(port)
        ports.openPorts.add(port)
        port.close = () => {
          ports.openPorts.delete(port)
          close()
        }
      }
    }
  })
}

async function memoryOf(session: CDPSession) {
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const { nodes, jsEventListeners, documents } = await session.send('Memory.getDOMCounters')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return { nodes, listeners: jsEventListeners, documents, heapMB: Math.round(usedSize / 1e5) / 10 }
}
