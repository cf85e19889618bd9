import { importBusybox } from '../quayside'
import { expect, test } from '../test'

test.beforeAll(async ({ quayside }) => {
  await importBusybox(quayside)
})

test('a container started and stopped by the docker CLI changes in the window by itself', async ({
  quayside,
  containers
}) => {
  await quayside.docker('create', '--name', 'by-cli', '--stop-timeout', '1', 'busybox:test', 'sleep', '1000')
  await expect(containers.row('by-cli')).toContainText('Created')
  await quayside.docker('start', 'by-cli')
  await expect(containers.row('by-cli')).toContainText('Running')
  await quayside.docker('pause', 'by-cli')
  await expect(containers.row('by-cli')).toContainText('Paused')
  await quayside.docker('unpause', 'by-cli')
  await quayside.docker('rename', 'by-cli', 'renamed')
  await expect(containers.row('renamed')).toContainText('Running')
  await quayside.docker('rm', '-f', 'renamed')
  await expect(containers.row('renamed')).toHaveCount(0)
})

test('fifty containers started and removed at once all change in the window', async ({
  quayside,
  containers
}) => {
  test.setTimeout(240_000)
  const names = Array.from({ length: 50 }, (_, n) => `many-${String(n).padStart(2, '0')}`)
  const groups = Array.from({ length: 10 }, (_, n) => names.slice(n * 5, n * 5 + 5))
  // Without a network a start is cheap enough for fifty of them to come close together.
  const create = (name: string) =>
    quayside.docker('create', '--network', 'none', '--name', name, 'busybox:test', 'sleep', '1000')
  for (const group of groups) await Promise.all(group.map(create))
  await containers.search.fill('many-')
  await expect(containers.table).toHaveAttribute('aria-rowcount', '51')
  await Promise.all(groups.map((group) => quayside.docker('start', ...group)))
  await expect(containers.row('many-00')).toContainText('Running')
  await quayside.page.getByRole('combobox', { name: 'State' }).selectOption({ label: 'Running' })
  await expect(containers.table).toHaveAttribute('aria-rowcount', '51')
  await quayside.docker('rm', '-f', ...names)
  await expect(containers.row('many-00')).toHaveCount(0)
  await expect(quayside.page.getByText('many-')).toHaveCount(0)
})

test('a hidden window asks the engine for nothing, and is right again once shown', async ({
  quayside,
  containers
}) => {
  await quayside.docker('create', '--name', 'while-hidden', 'busybox:test', 'sleep', '1000')
  await expect(containers.row('while-hidden')).toContainText('Created')
  await quayside.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.hide()
  })
  await quayside.docker('start', 'while-hidden')
  await quayside.docker('rm', '-f', 'while-hidden')
  await quayside.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.show()
  })
  await expect(containers.row('while-hidden')).toHaveCount(0)
})
