import { readdirSync, readlinkSync } from 'node:fs'
import { seriousFindings } from '../axe'
import { ProcessesTab, StatsTab } from '../pages/container-tabs'
import { importBusybox, type Quayside } from '../quayside'
import { expect, test } from '../test'

interface CliStats {
  readonly CPUPerc: string
  readonly MemUsage: string
  readonly NetIO: string
  readonly BlockIO: string
  readonly PIDs: string
}

test.beforeAll(async ({ quayside }) => {
  await importBusybox(quayside)
  // Nobody looks at this one until the last test.
  await run(quayside, 'quiet', 'while :; do i=$((i+1)); [ $((i%2000)) = 0 ] && sleep 0.2; done')
})

const run = (quayside: Quayside, name: string, script: string, ...options: string[]): Promise<string> =>
  quayside.docker('run', '-d', '--name', name, ...options, 'busybox:test', 'sh', '-c', script)

async function cliStats(quayside: Quayside, name: string): Promise<CliStats> {
  return JSON.parse(await quayside.docker('stats', '--no-stream', '--format', 'json', name)) as CliStats
}

test('Stats says what docker stats says, by mouse and by keyboard, and stays when the container stops and goes', async ({
  quayside,
  containers
}) => {
  test.setTimeout(180_000)
  const { page } = quayside
  await run(quayside, 'busy', 'sleep 1000 & while :; do :; done', '--memory', '64m', '--cpus', '0.25')
  await containers.table.getByRole('link', { name: 'busy', exact: true }).click()
  const stats = new StatsTab(page)
  await stats.open()
  await expect(stats.figure('CPU')).toContainText(/\d+\.\d\d%/, { timeout: 20_000 })
  const cli = await cliStats(quayside, 'busy')
  const text = async (name: 'CPU' | 'Memory'): Promise<string> =>
    (await stats.figure(name).textContent()) ?? ''
  const percent = /(\d+\.\d\d)%/
  const ours = Number(percent.exec(await text('CPU'))?.[1])
  expect(Math.abs(ours - parseFloat(cli.CPUPerc))).toBeLessThan(15)
  expect(await text('CPU')).toContain('at most 25.00%')
  expect(await text('Memory')).toContain(` / ${cli.MemUsage.split(' / ')[1]}`)
  await expect(stats.figure('PIDs')).toContainText(cli.PIDs)
  // Nobody talks to it, so its totals are the same to the byte once the network has come to rest.
  await expect
    .poll(
      async () =>
        (await stats.figure('Network').textContent())?.includes((await cliStats(quayside, 'busy')).NetIO),
      {
        timeout: 30_000
      }
    )
    .toBe(true)
  await expect(stats.figure('Block I/O')).toContainText(cli.BlockIO)

  await expect(stats.figure('CPU')).toContainText('Mean')
  await stats.figure('CPU').focus()
  await page.keyboard.press('ArrowLeft')
  await expect(stats.figure('CPU').getByRole('status')).toHaveText(/: \d+(\.\d+)?%$/)
  await page.keyboard.press('Home')
  await expect(stats.figure('CPU').getByRole('status')).toHaveText(/: \d+(\.\d+)?%$/)
  await page.keyboard.press('Escape')
  await stats.range('5 min').focus()
  await page.keyboard.press('ArrowRight')
  await expect(stats.range('1 h')).toBeChecked()
  await stats.range('All').check({ force: true })
  await expect(stats.figure('Memory')).toContainText('highest')
  expect(await seriousFindings(page)).toEqual([])

  await quayside.docker('stop', '-t', '0', 'busy')
  await expect(page.getByText(/^Stopped since .* ago\)\.$/)).toBeVisible()
  await expect(stats.figure('CPU')).toContainText('--')
  await expect(stats.figure('Memory')).toContainText('-- / --')
  await expect(stats.figure('CPU')).toContainText('Mean')
  await quayside.docker('start', 'busy')
  await expect(stats.figure('CPU')).toContainText(/\d+\.\d\d%.*at most/, { timeout: 20_000 })
  await quayside.docker('rm', '-f', 'busy')
  await expect(page.getByText('Removed. What was recorded stays until this page is closed.')).toBeVisible()
  await expect(stats.figure('CPU')).toContainText('Mean')
})

test('Processes lists what docker top lists and sends signals to the process that was meant', async ({
  quayside,
  containers
}) => {
  test.setTimeout(120_000)
  const { page } = quayside
  const script =
    'sh -c \'trap "echo child-HUP" HUP; while :; do sleep 1; done\' & sleep 1234 & ' +
    'trap "echo main-USR1" USR1; while :; do sleep 1; done'
  await run(quayside, 'procs', script)
  await containers.table.getByRole('link', { name: 'procs', exact: true }).click()
  const processes = new ProcessesTab(page)
  await processes.open()
  await expect(processes.row('sleep 1234')).toHaveCount(2)
  const top = (await quayside.docker('top', 'procs', '-eo', 'pid,user,args')).split('\n').slice(1)
  const pid =
    top
      .find((line) => line.endsWith(' sleep 1234'))
      ?.trim()
      .split(/\s+/)[0] ?? ''
  await processes.search.fill(pid)
  await expect(processes.table.getByRole('rowheader')).toHaveText(pid)
  await expect(processes.row(pid)).toContainText('root')

  await processes.search.press('ArrowDown')
  await expect(processes.row(pid)).toBeFocused()
  await processes.search.fill('')
  await processes.table.getByRole('button', { name: 'Command' }).click()
  await expect(processes.table.getByRole('columnheader', { name: 'Command' })).toHaveAttribute(
    'aria-sort',
    'ascending'
  )
  expect(await seriousFindings(page)).toEqual([])

  const logs = () => quayside.docker('logs', 'procs')
  await processes.search.fill('main')
  await processes.search.fill('trap "echo main-USR1')
  const dialog = await processes.ask('main-USR1', 'USR1')
  await expect(dialog.getByRole('figure', { name: 'Command' })).toContainText('docker kill -s USR1 procs')
  await expect(dialog).toContainText('The main process of procs')
  expect(await seriousFindings(page)).toEqual([])
  await page.keyboard.press('Escape')
  expect(await logs()).toBe('')
  await processes.send('main-USR1', 'USR1')
  await expect.poll(logs, { timeout: 20_000 }).toContain('main-USR1')

  await processes.search.fill('child-HUP -c')
  const child = processes.table.getByRole('row').filter({ hasText: /^(?!.*main-USR1).*child-HUP/ })
  await child.getByRole('button', { name: 'Send a signal' }).click()
  await page.getByRole('menuitem', { name: /^HUP:/ }).click()
  const other = page.getByRole('dialog', { name: 'Send HUP' })
  await expect(other.getByRole('figure', { name: 'Command' })).toContainText(
    /docker exec --user 0 procs sh -c 'kill -s HUP \d+'/
  )
  await other.getByRole('button', { name: 'Send HUP' }).click()
  await expect.poll(logs, { timeout: 20_000 }).toContain('child-HUP')
  expect((await logs()).match(/main-USR1/g)).toHaveLength(1)

  await processes.search.fill('1234')
  const row = processes.table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: pid }) })
  await row.getByRole('button', { name: 'Send a signal' }).click()
  await page.getByRole('menuitem', { name: /^KILL:/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Send KILL' }).click()
  await expect(row).toHaveCount(0)
  expect(await quayside.docker('inspect', '-f', '{{.State.Running}}', 'procs')).toBe('true')

  await quayside.docker('kill', 'procs')
  await expect(page.getByRole('heading', { name: 'No processes' })).toBeVisible()
})

test('a container nobody looked at has a history; fifty visits leave no connection behind', async ({
  quayside,
  containers
}) => {
  test.setTimeout(180_000)
  const { page } = quayside
  const link = containers.table.getByRole('link', { name: 'quiet', exact: true })
  const address = (await link.getAttribute('href')) ?? ''
  const visit = (to: string) => page.evaluate((hash) => (window.location.hash = hash), to)
  await visit(`${address}/stats`)
  const stats = new StatsTab(page)
  await stats.range('All').check({ force: true })
  await expect(stats.figure('CPU')).toContainText(/Mean \d/, { timeout: 60_000 })

  const sockets = (): number => connectionsOf(quayside.app.process().pid ?? 0)
  await visit('#/settings')
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await expect.poll(sockets).toBeGreaterThan(0)
  const before = sockets()
  for (let turn = 0; turn < 50; turn += 1) {
    await visit(`${address}/${turn % 2 === 0 ? 'stats' : 'processes'}`)
    await page.getByRole('tab', { name: turn % 2 === 0 ? 'Stats' : 'Processes', selected: true }).waitFor()
    await visit('#/settings')
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  }
  await expect.poll(sockets, { timeout: 20_000 }).toBeLessThanOrEqual(before + 2)
})

/** Open sockets of a process; a stream of the engine is one. */
function connectionsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:')
    } catch {
      return false
    }
  }).length
}
