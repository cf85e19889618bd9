/** Pull and push on the real window, with a real registry beside it and a connection that breaks off in the middle of a layer. */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  startCuttingProxy,
  startRegistry,
  type CuttingProxy,
  type TestRegistry
} from '../../tests/integration/registry-fixture'
import { seriousFindings } from '../axe'
import { freePort } from '../free-port'
import { importBusybox } from '../quayside'
import { expect, test } from '../test'

let registry: TestRegistry
let proxy: CuttingProxy

test.beforeAll(async ({ quayside }) => {
  const { home, docker } = quayside
  const target = await freePort()
  registry = await startRegistry({ port: target, home, engine: null })
  proxy = await startCuttingProxy(null, home, { port: await freePort(), target })
  await importBusybox(quayside, 'busybox:test')
  // Random bytes, which nothing makes smaller.
  await writeFile(join(home, 'bytes'), randomBytes(24_000_000))
  const id = await docker('create', 'busybox:test', 'true')
  await docker('cp', join(home, 'bytes'), `${id}:/bytes`)
  await docker('commit', id, `${registry.address}/team/app:1`)
  await docker('rm', id)
})
test.afterAll(async () => {
  await proxy.stop()
  await registry.stop()
})

test('a tag is pushed from its menu, and pulled by keyboard with a bar for each layer', async ({
  quayside,
  shell
}) => {
  const { page, docker } = quayside
  const name = `${registry.address}/team/app:1`
  const images = await shell.openImages()
  await images.row(name).getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Push', exact: true }).click()
  await expect(images.pushDialog).toContainText(registry.address)
  await page.keyboard.press('Enter')
  await expect(images.pushDialog.getByRole('status')).toHaveText(`Pushed ${name}`, { timeout: 60_000 })
  const layers = images.pushDialog.getByRole('list', { name: 'Layers' }).getByRole('listitem')
  const count = (await docker('inspect', '-f', '{{range .RootFS.Layers}}x{{end}}', name)).length
  await expect(layers.filter({ hasText: 'Pushed' })).toHaveCount(count)
  expect(await seriousFindings(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(images.pushDialog).toHaveCount(0)

  await docker('rmi', name)
  await expect(images.row(name)).toHaveCount(0)
  await images.pullButton.focus()
  await page.keyboard.press('Enter')
  await expect(images.pullDialog.getByLabel('Image')).toBeFocused()
  await page.keyboard.type('UPPER')
  await page.keyboard.press('Enter')
  await expect(images.pullDialog.getByLabel('Image')).toHaveAttribute('aria-invalid', 'true')
  await images.pullDialog.getByLabel('Image').fill(name)
  await page.keyboard.press('Tab')
  await expect(images.pullDialog.getByLabel('Platform')).toBeFocused()
  await page.keyboard.type('linux/amd64')
  await expect(images.pullDialog).toContainText(`docker pull --platform linux/amd64 ${name}`)
  await page.keyboard.press('Enter')
  await expect(images.pullDialog.getByRole('status')).toHaveText(`Pulled ${name} (linux/amd64)`, {
    timeout: 60_000
  })
  expect(await seriousFindings(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(images.row(name)).toBeVisible()
  await expect(images.pullButton).toBeFocused()
  expect(await docker('images', '-q', name)).not.toBe('')
})

test('a pull that breaks off says so once, and goes on with Retry', async ({ quayside, shell }) => {
  test.setTimeout(240_000)
  const { page, docker } = quayside
  const images = await shell.openImages()
  await docker('rmi', '-f', `${registry.address}/team/app:1`)
  await docker('image', 'prune', '-f')
  const name = `${proxy.address}/team/app:1`
  await proxy.cutAfter(10_000_000)
  await images.pullButton.click()
  await images.pullDialog.getByLabel('Image').fill(name)
  await page.keyboard.press('Enter')
  const retry = images.pullDialog.getByRole('button', { name: 'Retry' })
  // The engine tries some times by itself first.
  await expect(retry).toBeVisible({ timeout: 150_000 })
  await expect(page.getByRole('alert')).toHaveCount(1)
  await page.keyboard.press('Escape')

  await page
    .getByRole('contentinfo')
    .getByRole('button', { name: /tasks? failed/ })
    .click()
  const tasks = page.getByRole('dialog', { name: 'Tasks' })
  const task = tasks.getByRole('listitem').filter({ hasText: name }).first()
  await proxy.cutAfter(null)
  await task.getByRole('button', { name: 'Retry' }).focus()
  await page.keyboard.press('Enter')
  await expect(task).toContainText(`Pulled ${name}`, { timeout: 90_000 })
  expect(await seriousFindings(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(images.row(name)).toBeVisible()
  expect(await docker('images', '-q', name)).not.toBe('')
})
