import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
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

test('images are listed by repository as the CLI counts them, folded away and found', async ({
  quayside: { page, docker },
  shell
}) => {
  test.setTimeout(180_000)
  const images = await shell.openImages()
  const { table } = images

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
  await search.fill('')
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
