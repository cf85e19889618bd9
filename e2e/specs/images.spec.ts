import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import { seriousFindings } from '../axe'
import { importBusybox } from '../quayside'
import { expect, test } from '../test'

/** Answers the next native dialogs as a user would, because nobody can click in them here. */
async function answerDialogs(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, path)
}

/** Opens the menu of the row that has the focus and takes an entry, all by keyboard. */
async function chooseInMenu(page: Page, label: string): Promise<void> {
  await page.locator(':focus').getByRole('button', { name: 'More actions' }).press('Enter')
  const entry = page.getByRole('menuitem', { name: label, exact: true })
  await expect(entry).toBeVisible()
  await page.keyboard.type(label.slice(0, 6))
  await expect(entry).toBeFocused()
  await page.keyboard.press('Enter')
}

test.beforeAll(async ({ quayside }) => {
  const { docker } = quayside
  // The engine may be that of an earlier spec: what it left would be counted here.
  const left = (await docker('ps', '-aq')).split('\n').filter((id) => id !== '')
  if (left.length > 0) await docker('rm', '-f', ...left)
  await docker('image', 'prune', '-af')
  await importBusybox(quayside)
  await docker('tag', 'busybox:test', 'team/app:1')
  await docker('tag', 'busybox:test', 'team/app:2')
  for (const name of ['loose:1', 'loose:1', 'spare:1']) {
    await docker('run', '--name', 'writer', 'busybox:test', 'sh', '-c', `echo ${name} $$ > /x; sleep 0`)
    await docker('commit', 'writer', name)
    await docker('rm', 'writer')
  }
  await docker('create', '--name', 'user', 'team/app:1', 'true')
})

test('images are listed by repository, found, tagged, saved, imported, removed and pruned by keyboard', async ({
  quayside: { page, docker, app, home },
  shell
}) => {
  test.setTimeout(180_000)
  const images = await shell.openImages()
  const { table } = images
  const ids = async () => new Set((await docker('images', '-q', '--no-trunc')).split('\n'))

  // What the CLI says.
  await expect(images.row('team/app:1')).toContainText('1 container')
  await expect(images.row('team/app:1')).toContainText('linux/')
  await expect(table.getByRole('button', { name: /^team\/app/ })).toHaveAttribute('aria-expanded', 'true')
  await expect(table.getByRole('link', { name: /^<none>/ })).toHaveText('<none>')
  const df = JSON.parse((await docker('system', 'df', '--format', '{{json .}}')).split('\n')[0] ?? '') as {
    Size: string
    Reclaimable: string
  }
  const disk = page.getByRole('status', { name: 'Disk use' })
  await expect(disk).toContainText(`${df.Size} in total`)
  await expect(disk).toContainText(`${df.Reclaimable.replace(/ .*/, '')} reclaimable`)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await seriousFindings(page)).toEqual([])
  }
  await page.emulateMedia({ colorScheme: null })

  // Folded away, and searched for all the same.
  await table.getByRole('button', { name: /^team\/app/ }).press('Enter')
  await expect(images.row('team/app:1')).toHaveCount(0)
  const search = page.getByRole('searchbox').first()
  await search.fill('team/app:2')
  await expect(images.row('team/app:2')).toBeVisible()

  // Tag: a mistake is said at the field, then the name is there.
  await expect(images.row('busybox:test')).toHaveCount(0)
  await search.press('ArrowDown')
  await expect(images.row('team/app:2')).toBeFocused()
  await chooseInMenu(page, 'Tag')
  const dialog = page.getByRole('dialog', { name: 'Tag image' })
  const field = dialog.getByRole('textbox', { name: 'New name' })
  await field.fill('Upper:1')
  await page.keyboard.press('Enter')
  await expect(dialog).toContainText('lower case')
  expect(await seriousFindings(page)).toEqual([])
  await field.fill('renamed:by-hand')
  await expect(dialog).toContainText('docker tag team/app:2 renamed:by-hand')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  expect(await docker('image', 'inspect', '-f', '{{.Id}}', 'renamed:by-hand')).toBe(
    await docker('image', 'inspect', '-f', '{{.Id}}', 'team/app:2')
  )

  // Untag: only the name goes, though a container uses the image.
  await search.fill('renamed:by-hand')
  await search.press('ArrowDown')
  await expect(images.row('renamed:by-hand')).toBeFocused()
  await page.keyboard.press('Delete')
  const untag = page.getByRole('dialog', { name: 'Untag image' })
  await expect(untag).toContainText('docker rmi renamed:by-hand')
  await untag.getByRole('button', { name: 'Untag' }).press('Enter')
  await expect(images.row('renamed:by-hand')).toHaveCount(0)
  expect(await docker('images', '-q', 'team/app:1')).not.toBe('')

  // Several into one archive, which the CLI loads.
  await search.fill('spare:1')
  await expect(images.row('busybox:test')).toHaveCount(0)
  await search.press('ArrowDown')
  await page.keyboard.press('Space')
  await search.fill('')
  await expect(page.getByRole('toolbar', { name: 'Selected images' })).toContainText('1 selected')
  await images.row('loose:1').getByRole('checkbox').press('Space')
  const saved = join(home, 'saved.tar')
  await answerDialogs(app, saved)
  await page
    .getByRole('toolbar', { name: 'Selected images' })
    .getByRole('button', { name: 'Save' })
    .press('Enter')
  await expect.poll(() => existsSync(saved)).toBe(true)
  const loaded = await docker('load', '-i', saved)
  expect(loaded).toContain('spare:1')
  expect(loaded).toContain('loose:1')
  await page.getByRole('button', { name: 'Clear selection' }).press('Enter')

  // A root file system becomes an image.
  await answerDialogs(app, join(home, 'e2e-rootfs.tar'))
  await page.getByRole('button', { name: 'Import', exact: true }).press('Enter')
  await page
    .getByRole('dialog', { name: 'Import an image' })
    .getByRole('textbox', { name: 'Name' })
    .fill('imported:1')
  await page.keyboard.press('Enter')
  await expect(images.row('imported:1')).toBeVisible()
  await docker('rmi', 'imported:1')

  // In use by a stopped container: listed first, forced only when said.
  await docker('tag', 'spare:1', 'held:1')
  await docker('rmi', 'spare:1')
  await docker('create', '--name', 'holder', 'held:1', 'true')
  await search.fill('held:1')
  await expect(images.row('held:1')).toContainText('1 container')
  await search.press('ArrowDown')
  await expect(images.row('held:1')).toBeFocused()
  await page.keyboard.press('Delete')
  const removal = page.getByRole('dialog', { name: 'Remove image' })
  await expect(removal).toContainText('holder')
  await expect(removal.getByRole('button', { name: 'Remove', exact: true })).toBeDisabled()
  await removal.getByRole('checkbox', { name: /^Force/ }).press('Space')
  await removal.getByRole('button', { name: 'Force remove' }).press('Enter')
  await expect.poll(() => docker('images', '-q', 'held:1')).toBe('')
  await docker('rm', 'holder')
  await search.fill('')

  // Unfolded again, the link of the column leads to the containers of that image.
  await table.getByRole('button', { name: /^team\/app/ }).press('Enter')
  await images.row('team/app:2').getByRole('link', { name: '1 container' }).press('Enter')
  await expect(
    page.getByRole('grid', { name: 'Containers' }).getByRole('link', { name: 'user' })
  ).toBeVisible()
  await shell.openImages()

  // A narrow window: columns follow it although no other rows come into view, and rarer actions are in a menu.
  await docker('tag', 'loose:1', 'spare:2')
  const wide = await resize(app, 900)
  try {
    await expect.poll(() => table.evaluate((grid) => grid.scrollWidth - grid.clientWidth)).toBe(0)
    const header = page.locator('header').filter({ hasText: 'Images' })
    await expect(header.getByRole('button', { name: 'Import', exact: true })).toBeHidden()
    await header.getByRole('button', { name: 'More actions' }).press('Enter')
    await expect(page.getByRole('menuitem')).toHaveText(['Open a tar…', 'Import', 'Prune'])
    await page.getByRole('menuitem', { name: 'Prune' }).press('Enter')
    await expect(page.getByRole('dialog', { name: 'Prune images' })).toBeVisible()
    await page.keyboard.press('Escape')
  } finally {
    await resize(app, wide)
  }

  // Prune: what was listed goes, and nothing else.
  await page.getByRole('button', { name: 'Prune', exact: true }).press('Enter')
  const prune = page.getByRole('dialog', { name: 'Prune images' })
  await expect(prune.getByRole('listitem')).toHaveCount(1)
  await prune
    .getByRole('combobox', { name: 'What' })
    .selectOption({ label: 'All images that no container uses' })
  await expect(prune).toContainText('spare:2')
  expect(await seriousFindings(page)).toEqual([])
  const before = await ids()
  const listed = await prune.getByRole('listitem').count()
  await prune.getByRole('button', { name: /^Remove/ }).press('Enter')
  await expect(prune).toBeHidden()
  await expect.poll(async () => before.size - (await ids()).size).toBe(listed)
  expect(await docker('images', '-q', 'team/app:2'), 'what is in use keeps its names').not.toBe('')
})

test('an engine that stops in the middle of a save leaves no file, and the task says why', async ({
  quayside: { page, docker, app, home },
  shell
}) => {
  test.setTimeout(180_000)
  const script = 'yes quayside | /bin/busybox dd of=/big bs=1M count=800 iflag=fullblock 2>/dev/null'
  await docker('run', '--name', 'writer', 'busybox:test', 'sh', '-c', script)
  await docker('commit', 'writer', 'big:1')
  await docker('rm', 'writer')
  const images = await shell.openImages()
  await answerDialogs(app, join(home, 'big.tar'))
  await images.row('big:1').getByRole('checkbox').press('Space')
  await page
    .getByRole('toolbar', { name: 'Selected images' })
    .getByRole('button', { name: 'Save' })
    .press('Enter')
  const parts = () => readdirSync(home).filter((name) => name.includes('big.tar'))
  await expect.poll(parts).toHaveLength(1)
  await shell.stopEngine.click()
  await expect(shell.engine).toHaveText(/^Stopped/, { timeout: 60_000 })
  await expect.poll(parts).toEqual([])
  await page
    .getByRole('contentinfo')
    .getByRole('button', { name: /task|failed/i })
    .first()
    .click()
  const task = page
    .getByRole('dialog', { name: 'Tasks' })
    .getByRole('listitem')
    .filter({ hasText: 'Save big:1' })
  await expect(task).toContainText('Failed')
  await page.keyboard.press('Escape')
  await shell.startEngine.click()
  await expect(images.row('big:1')).toBeVisible({ timeout: 60_000 })
})

/** Makes the window so many pixels wide; answers how wide it was. */
function resize(app: ElectronApplication, width: number): Promise<number> {
  return app.evaluate(({ BrowserWindow }, wanted) => {
    const [window] = BrowserWindow.getAllWindows()
    const [before = 0, height = 0] = window?.getContentSize() ?? []
    window?.setContentSize(wanted, height)
    return before
  }, width)
}
