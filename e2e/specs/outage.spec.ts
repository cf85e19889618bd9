/** The page of a container while its engine dies and comes back: each tab goes on with what is new, without a reload. */
import type { Locator, Page } from '@playwright/test'
import { seriousFindings } from '../axe'
import { ContainerPage } from '../pages/container-page'
import { TerminalTab } from '../pages/terminal-tab'
import { importBusybox, type Quayside } from '../quayside'
import { expect, test } from '../test'

const NAME = 'outlasting'
/** Writes a line each half second that holds what /tmp/word says. */
const SCRIPT = 'n=0; while :; do n=$((n+1)); echo "line $n of $(cat /tmp/word 2>/dev/null)"; sleep 0.5; done'

test.beforeAll(async ({ quayside }) => {
  await importBusybox(quayside)
  await quayside.docker(
    ...['run', '-d', '--name', NAME, '--stop-timeout', '1', '--restart', 'unless-stopped'],
    ...['--health-cmd', 'echo probe of $(cat /tmp/word 2>/dev/null)', '--health-interval', '1s'],
    ...['busybox:test', 'sh', '-c', SCRIPT]
  )
})
test.afterAll(async ({ quayside }) => {
  await quayside.docker('rm', '-f', NAME)
})

async function openLogs({ page, docker }: Quayside): Promise<Locator> {
  await new ContainerPage(page).open(await docker('inspect', '-f', '{{.Id}}', NAME), 'logs')
  return page.getByRole('log', { name: 'Logs' })
}

async function tab(page: Page, name: string): Promise<Locator> {
  await page.getByRole('tab', { name, exact: true }).click()
  return page.getByRole('tabpanel', { name, exact: true })
}

async function refresh(panel: Locator): Promise<void> {
  await panel.getByRole('button', { name: 'Refresh' }).click()
}

test('every tab goes on after the engine was killed and came back', async ({ quayside, shell }) => {
  test.setTimeout(180_000)
  const { page, docker } = quayside
  const log = await openLogs(quayside)
  await expect(log).toContainText('line 1 of')
  const terminal = new TerminalTab(page)
  await tab(page, 'Terminal')
  await expect(terminal.screen).toContainText('#')
  for (const name of ['Stats', 'Processes', 'Inspect', 'Health', 'Changes', 'Files']) {
    await expect(await tab(page, name)).toContainText(/\S/)
  }

  process.kill(quayside.enginePid(), 'SIGKILL')
  await expect(shell.engine).not.toHaveText(/^Running/)
  // What was read before can be read meanwhile.
  await tab(page, 'Logs')
  await expect(log).toContainText('line 1 of')
  expect(await seriousFindings(page)).toEqual([])
  await expect(shell.engine).toHaveText(/^Running/, { timeout: 60_000 })
  await docker('exec', NAME, 'sh', '-c', 'echo after > /tmp/word')
  await docker('exec', '-d', NAME, 'sleep', '98765')

  await expect(log).toContainText('of after', { timeout: 20_000 })
  await expect((await tab(page, 'Health')).getByText('probe of after').first()).toBeVisible({
    timeout: 20_000
  })
  const processes = await tab(page, 'Processes')
  await expect(processes.getByRole('grid', { name: 'Processes' })).toContainText('sleep 98765', {
    timeout: 20_000
  })
  await expect((await tab(page, 'Stats')).getByRole('figure', { name: 'PIDs' })).toContainText(/[2-9]/)
  const changes = await tab(page, 'Changes')
  await refresh(changes)
  await expect(changes.getByRole('list', { name: 'Changes' })).toContainText('/tmp/word')
  await expect(await tab(page, 'Inspect')).toContainText('unless-stopped')
  const files = await tab(page, 'Files')
  await files.getByRole('treeitem', { name: 'tmp', exact: true }).press('ArrowRight')
  await refresh(files)
  await expect(files.getByRole('treeitem', { name: 'word', exact: true })).toBeVisible()
  await tab(page, 'Terminal')
  await page.getByRole('button', { name: 'Run again' }).click()
  await terminal.type('echo typed $((40+2))')
  await expect(terminal.screen).toContainText('typed 42')
})

test('a page that was open over a stop and a start of the engine says so, and goes on', async ({
  quayside,
  shell
}) => {
  test.setTimeout(180_000)
  const { page } = quayside
  const log = await openLogs(quayside)
  await expect(log).toContainText('line')
  await shell.stopEngine.click()
  await expect(shell.engine).toHaveText(/^Stopped/, { timeout: 60_000 })
  for (const name of ['Terminal', 'Stats', 'Processes', 'Files', 'Inspect', 'Health', 'Changes', 'Logs']) {
    await tab(page, name)
    expect(await seriousFindings(page)).toEqual([])
  }
  await shell.startEngine.click()
  await expect(shell.engine).toHaveText(/^Running/, { timeout: 60_000 })
  await expect(page.getByRole('main')).toContainText('Running', { timeout: 20_000 })
  await quayside.docker('exec', NAME, 'sh', '-c', 'echo second > /tmp/word')
  await expect(log).toContainText('of second', { timeout: 20_000 })
  await expect((await tab(page, 'Health')).getByText('probe of second').first()).toBeVisible({
    timeout: 20_000
  })
  const processes = await tab(page, 'Processes')
  await expect(processes.getByRole('grid', { name: 'Processes' })).toContainText('line', { timeout: 20_000 })
  await expect((await tab(page, 'Files')).getByRole('treeitem', { name: 'tmp', exact: true })).toBeVisible()
  await expect((await tab(page, 'Changes')).getByRole('list', { name: 'Changes' })).toContainText('/tmp/word')
})
