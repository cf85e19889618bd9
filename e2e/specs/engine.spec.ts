import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { importBusybox, launch, makeHome, removeHome } from '../quayside'
import { Shell } from '../pages/shell'
import { expect, test } from '../test'

test('dockerd that is killed comes back, and its containers were not disturbed', async ({
  quayside,
  containers,
  shell
}) => {
  await importBusybox(quayside)
  await quayside.docker(
    'run',
    '-d',
    '--name',
    'survivor',
    '--stop-timeout',
    '1',
    'busybox:test',
    'sleep',
    '1000'
  )
  await expect(containers.row('survivor')).toContainText('Running')
  const before = await quayside.docker('inspect', '-f', '{{.State.Pid}}', 'survivor')

  process.kill(quayside.enginePid(), 'SIGKILL')
  await expect(shell.engine).not.toHaveText(/^Running/)
  await expect(shell.engine).toHaveText(/^Running/, { timeout: 60_000 })
  expect(await quayside.docker('inspect', '-f', '{{.State.Pid}}', 'survivor')).toBe(before)

  // The list is live again, not only painted.
  await quayside.docker('rm', '-f', 'survivor')
  await expect(containers.row('survivor')).toHaveCount(0)
})

test('the engine is stopped and started with one click each; an action meanwhile says why it cannot', async ({
  quayside,
  shell,
  containers
}) => {
  await shell.stopEngine.click()
  await expect(shell.engine).toHaveText(/^Stopped/, { timeout: 60_000 })
  expect(existsSync(quayside.socket)).toBe(false)
  await expect(containers.page.getByRole('main')).toContainText('engine')
  await shell.startEngine.click()
  await expect(shell.engine).toHaveText(/^Running/, { timeout: 60_000 })
  expect(await quayside.docker('version', '--format', '{{.Server.Version}}')).not.toBe('')
})

test('quitting leaves no process and no mount', async () => {
  const quayside = await launch()
  const shell = new Shell(quayside.page)
  await expect(shell.engine).toHaveText(/^Running/, { timeout: 60_000 })
  await importBusybox(quayside)
  await quayside.docker('run', '-d', '--name', 'left', '--stop-timeout', '1', 'busybox:test', 'sleep', '1000')
  // Each engine that was killed leaves its mounts to the next one.
  process.kill(quayside.enginePid(), 'SIGKILL')
  await expect(shell.engine).not.toHaveText(/^Running/)
  await expect(shell.engine).toHaveText(/^Running/, { timeout: 60_000 })
  await quayside.quit()
  expect(processesNaming(quayside.home)).toEqual([])
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(quayside.home)
  await removeHome(quayside.home)
})

test('after the app was killed, the next start finds the engine and its containers as they were', async () => {
  const home = await makeHome()
  const first = await launch({ home })
  await expect(new Shell(first.page).engine).toHaveText(/^Running/, { timeout: 60_000 })
  await importBusybox(first)
  await first.docker('run', '-d', '--name', 'kept', '--stop-timeout', '1', 'busybox:test', 'sleep', '1000')
  const pid = await first.docker('inspect', '-f', '{{.State.Pid}}', 'kept')
  const enginePid = first.enginePid()
  const closed = first.app.waitForEvent('close')
  first.app.process().kill('SIGKILL')
  await closed

  const second = await launch({ home })
  const shell = new Shell(second.page)
  await expect(shell.engine).toHaveText(/^Running/, { timeout: 60_000 })
  expect(second.enginePid()).toBe(enginePid)
  expect(await second.docker('inspect', '-f', '{{.State.Pid}}', 'kept')).toBe(pid)
  await expect((await shell.openContainers()).row('kept')).toContainText('Running')
  await second.quit()
  expect(processesNaming(home)).toEqual([])
  await removeHome(home)
})

/** Command lines of processes that name a folder; zombies have none. */
function processesNaming(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
    .filter((line) => line.includes(folder))
}
