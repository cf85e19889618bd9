import { readFileSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { seriousFindings } from '../axe'
import { FilesTab } from '../pages/files-tab'
import { importBusybox } from '../quayside'
import { expect, test } from '../test'

/** Answers the next native dialogs as a user would, because nobody can click in them here. */
async function answerDialogs(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, path)
}

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='

test.beforeAll(async ({ quayside }) => {
  await importBusybox(quayside)
  const { docker } = quayside
  await docker('run', '-d', '--name', 'web', '-v', 'data:/data', 'busybox:test', 'sleep', '10000')
  const script = [
    'mkdir -p /work/sub /many; echo "#!/bin/sh" > /work/run; echo "echo hi" >> /work/run',
    'printf "a\\000b" > /work/binary; echo "<b>html" > "/work/<img src=x>"; ln -s run /work/link',
    'touch "/work/$(printf "new\\nline")"; rm /bin/true; echo x > /data/in-volume',
    `echo ${PNG} | /bin/busybox base64 -d > /work/dot.png`,
    "echo \"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)' width='8' height='8'/>\" > /work/x.svg",
    'cd /many; i=0; while [ $i -lt 10000 ]; do : > file-$i; i=$((i+1)); done',
    'chmod 755 /work/run'
  ]
  await docker('exec', 'web', '/bin/busybox', 'sh', '-c', script.join('; '))
})

test('the files of a running container are looked through, previewed, edited and saved', async ({
  quayside: { page, docker, app, home },
  containers
}) => {
  // One long walk through the tab, on an app that is started once.
  test.setTimeout(180_000)
  await containers.row('web').getByRole('link', { name: 'web' }).click()
  const files = new FilesTab(page)
  await files.openTab('Files')
  await expect(files.item('etc')).toBeVisible()
  await expect(files.item('data')).toContainText('volume data')
  await expect(files.item('work')).toContainText('Added')

  // By keyboard: type ahead, open, go in and out.
  await files.item('bin').click()
  await page.keyboard.type('wor')
  await expect(files.item('work')).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(files.item('run')).toBeVisible()
  await expect(files.item('<img src=x>')).toBeVisible()
  await expect(files.item('new⏎line')).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await expect(files.item('sub')).toBeFocused()
  await page.keyboard.press('ArrowLeft')
  await expect(files.item('work')).toBeFocused()
  expect(await seriousFindings(page)).toEqual([])

  // Text is edited and saved, and keeps its mode.
  await files.item('run').click()
  await expect(files.file('run')).toContainText('echo hi')
  await expect(files.file('run')).toContainText('docker cp web:/work/run ./run')
  await files.button('Edit').click()
  await page.getByRole('textbox', { name: 'Content of run' }).fill('#!/bin/sh\necho edited\n')
  await files.button('Save').click()
  await expect(files.button('Edit')).toBeVisible()
  const stat = '/bin/busybox stat -c %a /work/run; cat /work/run'
  expect(await docker('exec', 'web', 'sh', '-c', stat)).toBe('755\n#!/bin/sh\necho edited')

  // A change made meanwhile is not written over unasked.
  await files.button('Edit').click()
  await page.getByRole('textbox', { name: 'Content of run' }).fill('mine\n')
  await docker('exec', 'web', 'sh', '-c', 'echo theirs, which is longer > /work/run')
  await files.button('Save').click()
  const asked = page.getByRole('dialog', { name: 'The file has changed' })
  await asked.getByRole('button', { name: 'Save anyway' }).click()
  await expect(files.button('Edit')).toBeVisible()
  expect(await docker('exec', 'web', 'cat', '/work/run')).toBe('mine')

  // Pictures are pictures, never markup; bytes are bytes.
  await files.item('dot.png').click()
  await expect(files.file('dot.png').getByRole('img')).toBeVisible()
  await expect(files.file('dot.png')).toContainText('1 × 1 pixels')
  await files.item('x.svg').click()
  await expect(files.file('x.svg').getByRole('img')).toBeVisible()
  await files.item('binary').click()
  await expect(files.file('binary')).toContainText('61 00 62')
  expect(await seriousFindings(page)).toEqual([])

  // Down and up again, compared with docker cp.
  const saved = join(home, 'saved-run')
  await answerDialogs(app, saved)
  await files.item('run').click()
  await files.button('Download').click()
  await expect.poll(() => readdirSync(home)).toContain('saved-run')
  expect(readFileSync(saved, 'utf8')).toBe('mine\n')
  await answerDialogs(app, home)
  await files.item('work').click()
  await files.button('Download').click()
  await expect.poll(() => readdirSync(home)).toContain('work')
  await docker('cp', 'web:/work/dot.png', join(home, 'theirs.png'))
  expect(readFileSync(join(home, 'work', 'dot.png'))).toEqual(readFileSync(join(home, 'theirs.png')))
  await mkdir(join(home, 'up'))
  await writeFile(join(home, 'up', 'hello'), 'from the host')
  await answerDialogs(app, join(home, 'up', 'hello'))
  await files.item('sub').click()
  await files.button('Upload').click()
  await expect.poll(() => docker('exec', 'web', 'sh', '-c', 'cat /work/sub/hello || :')).toBe('from the host')
  await files.button('New folder').click()
  await page.getByRole('textbox', { name: 'Name' }).fill('made here')
  await files.button('Create').click()
  await expect(files.item('made here')).toBeVisible()
  await expect(files.item('hello')).toBeVisible()
})

test('what is dropped on a folder is copied into it', async ({ quayside: { page, docker }, containers }) => {
  await containers.row('web').getByRole('link', { name: 'web' }).click()
  const files = new FilesTab(page)
  await files.openTab('Files')
  await files.go('/work/sub')
  await expect(files.item('sub')).toBeFocused()
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer()
    transfer.items.add(new File(['dropped content'], 'dropped.txt'))
    return transfer
  })
  await files.item('sub').dispatchEvent('dragover', { dataTransfer: data })
  await files.item('sub').dispatchEvent('drop', { dataTransfer: data })
  await expect
    .poll(() => docker('exec', 'web', 'sh', '-c', 'cat /work/sub/dropped.txt 2>/dev/null || :'))
    .toBe('dropped content')
  await expect(files.item('dropped.txt')).toBeVisible()
})

test('ten thousand entries are listed, scrolled and searched, and a stopped container shows the same', async ({
  quayside: { page, docker },
  containers
}) => {
  await containers.row('web').getByRole('link', { name: 'web' }).click()
  const files = new FilesTab(page)
  await files.openTab('Files')
  await files.go('/many')
  await expect(files.item('file-0')).toHaveAttribute('aria-setsize', '10000')
  await page.keyboard.press('End')
  await expect(page.locator(':focus')).toHaveAttribute('aria-level', '1')
  await files.search.fill('file-9999')
  await expect(files.item('file-9999')).toBeVisible()
  await expect(files.item('file-1')).toHaveCount(0)
  await files.search.fill('')
  await docker('stop', '-t', '0', 'web')
  await files.button('Refresh').click()
  await files.go('/data/in-volume')
  await expect(files.item('in-volume')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(files.file('in-volume')).toContainText('x')
  await files.go('/nowhere')
  await expect(page.getByRole('alert').filter({ hasText: '/nowhere' })).toBeVisible()
})

test('the tab Changes says what docker diff says', async ({
  quayside: { page, docker, home },
  containers
}) => {
  await docker('create', '--name', 'changed', '-v', 'data:/data', 'busybox:test', 'sleep', '1')
  await docker('start', '-a', 'changed')
  await writeFile(join(home, 'new'), 'new')
  await docker('cp', join(home, 'new'), 'changed:/etc/new')
  await containers.row('changed').getByRole('link', { name: 'changed' }).click()
  const files = new FilesTab(page)
  await files.openTab('Changes')
  const shown = async (): Promise<string[]> => {
    const lines = await files.changes.getByRole('listitem').allInnerTexts()
    return lines.filter((line) => line.includes('/')).map((line) => line.replace(/\s+/g, ' ').trim())
  }
  const diff = (await docker('diff', 'changed')).split('\n').sort()
  await expect.poll(async () => (await shown()).sort()).toEqual(diff)
  await expect(page.getByText('Not part of it: what is in /data, which is mounted.')).toBeVisible()
  await docker('cp', join(home, 'new'), 'changed:/etc/newer')
  await files.button('Refresh').click()
  await expect(files.changes).toContainText('/etc/newer')
  await files.search.fill('newer')
  await expect.poll(shown).toEqual(['A /etc/newer'])
  expect(await seriousFindings(page)).toEqual([])
})
