/** An image looked into in the real window, held against what docker and the system's tar say of it. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ElectronApplication } from '@playwright/test'
import { seriousFindings } from '../axe'
import { ImagePage } from '../pages/image-page'
import { bundleDir, importBusybox, type Quayside } from '../quayside'
import { expect, test } from '../test'

const exec = promisify(execFile)
const MANY = 20_000

const DOCKERFILE = `
FROM busybox:test AS tools
RUN mkdir /out && seq 1 2000 > /out/numbers && ln /out/numbers /out/linked
FROM busybox:test
ENV GREETING="hello" API_TOKEN="not-to-be-seen"
COPY --from=tools /out /opt/out
RUN mkdir -p /srv/gone && echo secret > /srv/secret && echo bye > /srv/gone/file && echo '#!/bin/sh' > /srv/run && dd if=/dev/zero of=/srv/large bs=1M count=8 2>/dev/null
RUN rm -r /srv/gone /srv/secret && echo 'echo again' >> /srv/run && ln -s large /srv/link
RUN mkdir /many && cd /many && i=0; while [ $i -lt ${MANY} ]; do : > file-$i; i=$((i+1)); done
EXPOSE 8080
CMD ["sh", "-c", "true"]
`

async function build({ home, docker }: Quayside, tag: string, dockerfile: string): Promise<void> {
  const context = join(home, `context-${tag.replace(':', '-')}`)
  mkdirSync(context)
  await writeFile(join(context, 'Dockerfile'), dockerfile)
  await docker('build', '--provenance=false', '-t', tag, context)
}

/** Bytes of the files and number of everything that is no folder, as `docker create` and `docker export` have it. */
async function exported(
  { home, docker }: Quayside,
  image: string
): Promise<{ bytes: number; files: number }> {
  const container = await docker('create', image)
  const file = join(home, 'export.tar')
  await docker('export', '-o', file, container)
  await docker('rm', container)
  // The engine makes some files in every container.
  const made = '^(dev|proc|sys|etc)/|^\\.dockerenv$'
  const script = `tar -tvf "$1" | awk '$6 !~ made && !/^d/ { n++; if (/^-/) s += $3 } END { print s + 0, n + 0 }' made='${made}'`
  const { stdout } = await exec('sh', ['-c', script, 'sh', file])
  const [bytes, files] = stdout.trim().split(' ').map(Number)
  return { bytes: bytes ?? NaN, files: files ?? NaN }
}

/** Answers the desktop's dialogs, which no test can click. */
async function answerDialogs(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, path)
}

test.beforeAll(async ({ quayside }) => {
  test.setTimeout(240_000)
  await importBusybox(quayside)
  const plugins = { cliPluginsExtraDirs: [join(bundleDir, 'cli-plugins')] }
  await writeFile(join(quayside.home, 'e2e-docker', 'config.json'), JSON.stringify(plugins))
  await build(quayside, 'look:one', DOCKERFILE)
  const two =
    "FROM look:one\nRUN echo 'echo more' >> /srv/run && echo new > /srv/new && rm /srv/large\nENV MORE=1\n"
  await build(quayside, 'look:two', two)
})

test('layers, files, bytes and previews of an image are those docker has', async ({ quayside, shell }) => {
  test.setTimeout(180_000)
  const { page, app, home, docker } = quayside
  const images = await shell.openImages()
  await images.row('look:one').getByRole('link', { name: 'look:one' }).click()
  const image = new ImagePage(page)
  await image.layers.waitFor({ timeout: 90_000 })
  await expect(image.layer(/^COPY .*\/opt\/out/)).toBeVisible()
  await expect(image.layer(/^CMD \["sh","-c","true"\]$/)).toHaveAttribute('aria-selected', 'true')

  const real = await exported(quayside, 'look:one')
  const files = await page.getByText(/^Files [\d,]+$/).innerText()
  expect(Number(files.replace(/\D/g, ''))).toBe(real.files)
  // What is removed or written again later: the secret, the file in the folder, the first script.
  const wasted = 'secret\n'.length + 'bye\n'.length + '#!/bin/sh\n'.length
  await expect(image.waste).toHaveText(`${wasted}B`)
  await expect(image.efficiency).toHaveText(/^(> )?9\d(\.\d)? %$/)
  await image.button('Show wasted files').click()
  const dialog = page.getByRole('dialog', { name: 'Wasted space' })
  await expect(dialog.getByRole('listitem').filter({ hasText: /^\/srv\/secret\s*7B/ })).toContainText(
    /from RUN mkdir .* removed by RUN rm -r \/srv\/gone/
  )
  expect(await seriousFindings(page)).toEqual([])
  await dialog.getByRole('button', { name: '7B' }).click()
  await expect(image.preview).toContainText('secret')
  await expect(image.file('secret')).toHaveAttribute('aria-selected', 'true')
  await expect(image.layer(/^RUN mkdir -p \/srv\/gone/)).toHaveAttribute('aria-selected', 'true')

  // The next layer, by keyboard: what it removed, changed and added.
  await image.layer(/^RUN mkdir -p \/srv\/gone/).focus()
  await page.keyboard.press('ArrowDown')
  await expect(image.layer(/^RUN rm -r/)).toBeFocused()
  await expect(image.file('secret')).toContainText('Removed')
  await expect(image.file('gone')).toContainText('Removed')
  await expect(image.file('run')).toContainText('Changed')
  await expect(image.file('link')).toContainText('Added')
  await expect(image.file('link')).toContainText('→ large')

  // The whole image: walked, read, followed and saved by keyboard.
  await page.keyboard.press('End')
  await image.button('Whole image').press('Enter')
  await expect(image.file('secret')).toHaveCount(0)
  await image.walkTo('/srv/run')
  await expect(image.preview).toContainText('echo again')
  await image.walkTo('/srv/link')
  await image.preview.getByRole('button', { name: 'Go to it' }).press('Enter')
  await expect(image.preview).toContainText('/srv/large')
  await image.search.fill('/opt/out/*')
  // The archive has the first name as the file and the other as the link.
  await image.file('/opt/out/numbers').click()
  await expect(image.preview).toContainText('The same as')
  await image.search.fill('busybox')
  await image.file('/bin/busybox').click()
  await expect(image.preview).toContainText('ELF 64 bit')
  await image.search.fill('no such*')
  await expect(page.getByText('No path matches.')).toBeVisible()
  await image.search.fill('numbers')
  await image.file('/opt/out/numbers').click()
  const saved = join(home, 'saved-numbers')
  await answerDialogs(app, saved)
  await image.preview.getByRole('button', { name: 'Save', exact: true }).click()
  await expect.poll(() => existsSync(saved) && readFileSync(saved, 'utf8').split('\n').length).toBe(2001)
  await image.search.fill('')

  // The treemap opens up by keyboard.
  const large = image.treemap.getByRole('button', { name: /^\/srv\/large, 8\.39MB$/ })
  await expect(large).toBeVisible()
  await image.treemap.getByRole('button', { name: /^\/srv, / }).press('Enter')
  await expect(image.treemap).toContainText('/srv · 8.39MB')
  await image.treemap.locator('[tabindex="0"]').press('Backspace')
  await expect(image.treemap).toContainText(/^\/ · /)
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme as 'light' | 'dark' })
    expect(await seriousFindings(page), theme).toEqual([])
  }
  // What previews are read from is gone, whatever other specs left.
  expect(await docker('ps', '-aq', '--filter', 'label=dev.quayside.temporary')).toBe('')
})

test('a folder of many files is scrolled through', async ({ quayside: { page }, shell }) => {
  test.setTimeout(120_000)
  const images = await shell.openImages()
  await images.row('look:one').getByRole('link', { name: 'look:one' }).click()
  const image = new ImagePage(page)
  await image.layers.waitFor({ timeout: 60_000 })
  await image.file('many').click()
  await page.keyboard.press('ArrowRight')
  await expect(image.file('file-0')).toHaveAttribute('aria-setsize', `${MANY}`)
  await page.keyboard.press('End')
  await expect(image.files.locator(':focus')).toHaveAttribute('aria-label', /./)
  await expect(image.files.getByRole('treeitem', { name: 'srv', exact: true })).toBeVisible()
  // Only what is in view exists.
  expect(await image.files.getByRole('treeitem').count()).toBeLessThan(120)
  await page.keyboard.press('Home')
  await expect(image.files.locator(':focus')).toHaveAttribute('aria-posinset', '1')
})

test('configuration, history and the difference to another image', async ({ quayside, shell }) => {
  test.setTimeout(120_000)
  const { page, app, home } = quayside
  const images = await shell.openImages()
  await images.row('look:one').getByRole('link', { name: 'look:one' }).click()
  const image = new ImagePage(page)
  await image.layers.waitFor({ timeout: 60_000 })
  await image.tab('Config').click()
  await expect(page.getByText('8080/tcp')).toBeVisible()
  await expect(page.getByText('sh -c true')).toBeVisible()
  await expect(page.getByText('not-to-be-seen')).toHaveCount(0)
  await image.button('Show API_TOKEN').click()
  await expect(page.getByText('not-to-be-seen')).toBeVisible()
  expect(await seriousFindings(page)).toEqual([])

  await image.tab('History').click()
  await expect(page.getByRole('row', { name: /API_TOKEN=•/ })).toBeVisible()
  await image.button('Show values').click()
  await expect(page.getByRole('row', { name: /API_TOKEN=not-to-be-seen/ })).toBeVisible()
  await image.button('Hide values').click()
  await expect(page.getByText('The copy and the saved file have the hidden values.')).toBeVisible()
  const saved = join(home, 'Dockerfile.saved')
  await answerDialogs(app, saved)
  await image.button('Save Dockerfile').click()
  await expect
    .poll(() => existsSync(saved) && readFileSync(saved, 'utf8'))
    .toContain('CMD ["sh","-c","true"]')
  await expect(page.getByRole('row', { name: /RUN rm -r \/srv\/gone/ })).toBeVisible()
  expect(await seriousFindings(page)).toEqual([])

  await image.tab('Compare').click()
  const other = page.getByRole('combobox', { name: 'Compare with' })
  const option = other.getByRole('option', { name: /^look:two/ })
  await other.selectOption(await option.getAttribute('value'))
  const counts = page.getByLabel('Differences')
  await expect(counts).toContainText(/Added\s*1/, { timeout: 60_000 })
  await expect(counts).toContainText(/Removed\s*1/)
  await expect(counts).toContainText(/Layers shared\s*5 of 5 and 6/)
  await page.getByText('Configuration: 1 different').click()
  await expect(page.getByRole('row', { name: /Env MORE/ })).toContainText('not set')
  await image.file('srv').click()
  await page.keyboard.press('ArrowRight')
  await expect(image.file('new')).toContainText('Added')
  await expect(image.file('large')).toContainText('Removed')
  await image.file('run').click()
  await expect(page.getByRole('region', { name: 'Lines that differ' })).toContainText('+echo more')
  await image.file('new').click()
  await expect(image.preview).toContainText('new')
  expect(await seriousFindings(page)).toEqual([])
})

test('a container’s root and an archive that is not loaded are opened too, and what is none says so', async ({
  quayside,
  shell,
  containers
}) => {
  test.setTimeout(120_000)
  const { page, app, home, docker } = quayside
  await docker(
    'run',
    '-d',
    '--name',
    'rooted',
    'busybox:test',
    'sh',
    '-c',
    'echo live > /tmp/live; sleep 1000'
  )
  await containers.row('rooted').getByRole('link', { name: 'rooted' }).click()
  await image(page).button('More actions').click()
  await page.getByRole('menuitem', { name: 'Open as image' }).click()
  await image(page).files.waitFor({ timeout: 60_000 })
  await image(page).walkTo('/tmp/live')
  await expect(image(page).preview).toContainText('live')
  await docker('rm', '-f', 'rooted')

  const archive = join(home, 'two-images.tar')
  await docker('save', '-o', archive, 'look:two', 'busybox:test')
  await docker('rmi', 'look:two')
  await answerDialogs(app, archive)
  await shell.openImages()
  await image(page).button('Open a tar…').first().click()
  await image(page).layers.waitFor({ timeout: 60_000 })
  const chooser = page.getByRole('combobox', { name: 'Image in the archive' })
  const option = chooser.getByRole('option', { name: /look:two/ })
  await chooser.selectOption(await option.getAttribute('value'))
  await image(page)
    .layer(/^ENV MORE=•+$/)
    .waitFor({ timeout: 60_000 })
  await image(page).search.fill('/srv/new')
  await image(page).file('/srv/new').click()
  await expect(image(page).preview).toContainText('new')

  const before = readdirSync(home).length
  const cut = join(home, 'cut.tar')
  await writeFile(cut, readFileSync(archive).subarray(0, 700_000))
  await answerDialogs(app, cut)
  await image(page).button('Open a tar…').first().click()
  await expect(page.getByRole('alert')).toContainText(/Could not open the archive/)
  await expect(image(page).button('Open again')).toBeVisible()
  expect(readdirSync(home).length).toBe(before + 1)
  expect(await seriousFindings(page)).toEqual([])
})

const image = (page: Quayside['page']): ImagePage => new ImagePage(page)
