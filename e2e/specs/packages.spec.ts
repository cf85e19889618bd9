/** What is installed in an image: listed, searched, led to its layer and file, exported and compared in the real window. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { seriousFindings } from '../axe'
import { ImagePage } from '../pages/image-page'
import { bundleDir, importBusybox, type Quayside } from '../quayside'
import { expect, test } from '../test'

const STATUS = `Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9+deb12u7

Package: curl
Status: install ok installed
Architecture: amd64
Version: 7.88.1-10
`
const DOCKERFILE = `FROM busybox:test
COPY status /var/lib/dpkg/status
COPY os-release /etc/os-release
COPY modules /srv/node_modules
`
const SECOND = `FROM installed:one
RUN sed -i 's/7.88.1-10/7.88.1-11/' /var/lib/dpkg/status && rm -r /srv/node_modules/left-pad
`

async function build({ home, docker }: Quayside, tag: string, dockerfile: string): Promise<void> {
  const context = join(home, 'packages-context')
  mkdirSync(join(context, 'modules/left-pad'), { recursive: true })
  await writeFile(join(context, 'status'), STATUS)
  await writeFile(join(context, 'os-release'), 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n')
  const manifest = '{"name":"left-pad","version":"1.3.0","license":"WTFPL"}'
  await writeFile(join(context, 'modules/left-pad/package.json'), manifest)
  await writeFile(join(context, 'Dockerfile'), dockerfile)
  await docker('build', '--provenance=false', '-t', tag, context)
}

async function answerSaveDialog(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
  }, path)
}

test.beforeAll(async ({ quayside }) => {
  test.setTimeout(120_000)
  await importBusybox(quayside)
  const plugins = { cliPluginsExtraDirs: [join(bundleDir, 'cli-plugins')] }
  await writeFile(join(quayside.home, 'e2e-docker', 'config.json'), JSON.stringify(plugins))
  await build(quayside, 'installed:one', DOCKERFILE)
  await build(quayside, 'installed:two', SECOND)
})

test.afterAll(async ({ quayside: { docker } }) => {
  await docker('rmi', '-f', 'installed:two', 'installed:one')
})

test('packages are listed, searched, led to their files, exported and compared', async ({
  quayside,
  shell
}) => {
  test.setTimeout(120_000)
  const { page, app, home } = quayside
  const image = new ImagePage(page)
  const images = await shell.openImages()
  await images.row('installed:one').getByRole('link', { name: 'installed:one' }).click()
  await image.layers.waitFor({ timeout: 60_000 })
  await image.tab('Packages').click()
  const grid = page.getByRole('grid', { name: 'Packages' })
  const found = page.getByRole('status', { name: 'Packages found' })
  await expect(found).toHaveText('3 packages', { timeout: 30_000 })
  await expect(page.getByText('Debian 12')).toBeVisible()
  const row = (name: RegExp) => grid.getByRole('row', { name })
  await expect(row(/^curl/)).toContainText('7.88.1-10')
  await expect(row(/^left-pad/)).toContainText('WTFPL')
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    expect(await seriousFindings(page), theme).toEqual([])
  }
  await page.emulateMedia({ colorScheme: null })

  // Searched and filtered by keyboard.
  const search = page.getByRole('searchbox', { name: 'Search packages' })
  await search.fill('wtf')
  await expect(found).toHaveText('1 of 3 packages')
  await search.press('ArrowDown')
  await expect(row(/^left-pad/)).toBeFocused()
  await search.fill('no such package')
  await page.getByRole('button', { name: 'Show all' }).press('Enter')
  const chip = page.getByRole('button', { name: 'Debian 2' })
  await chip.press('Space')
  await expect(chip).toHaveAttribute('aria-pressed', 'true')
  await expect(found).toHaveText('2 of 3 packages')
  await chip.press('Space')

  // Both exports, each whole.
  for (const { name, count } of [
    {
      name: 'CycloneDX JSON',
      count: (text: string) => (JSON.parse(text) as { components: [] }).components.length
    },
    { name: 'SPDX JSON', count: (text: string) => (JSON.parse(text) as { packages: [] }).packages.length - 1 }
  ]) {
    const file = join(home, `${name}.json`)
    await answerSaveDialog(app, file)
    await page.getByRole('button', { name: 'Export SBOM' }).press('Enter')
    await page.getByRole('menuitem', { name }).press('Enter')
    await expect.poll(() => existsSync(file), { timeout: 20_000 }).toBe(true)
    // The packages and the distribution.
    expect(count(readFileSync(file, 'utf8'))).toBe(4)
  }
  await shell.dismissToasts()

  // Its file, and the layer that brought it.
  await row(/^left-pad/)
    .getByRole('button', { name: '/srv/node_modules/left-pad/package.json' })
    .click()
  await expect(image.preview).toContainText('left-pad')
  await image.tab('Packages').click()
  await row(/^left-pad/)
    .getByRole('button', { name: /^Show layer/ })
    .press('Enter')
  await expect(image.layer(/^COPY .*\/srv\/node_modules/)).toBeFocused()
  await expect(image.layer(/^COPY .*\/srv\/node_modules/)).toHaveAttribute('aria-selected', 'true')

  await image.tab('Compare').click()
  const other = page.getByRole('combobox', { name: 'Compare with' })
  const option = other.getByRole('option', { name: /^installed:two/ })
  await other.selectOption(await option.getAttribute('value'))
  await page.getByText('Packages', { exact: true }).and(page.locator('summary')).click({ timeout: 30_000 })
  await expect(page.getByText('Packages: 0 added, 1 removed, 1 changed, 1 the same')).toBeVisible({
    timeout: 30_000
  })
  const different = page.getByRole('grid', { name: 'Packages that differ' })
  await expect(different.getByRole('row', { name: /^curl/ })).toContainText('7.88.1-11')
  await expect(different.getByRole('row', { name: /^left-pad/ })).toContainText('Removed')
  expect(await seriousFindings(page)).toEqual([])
})

test('an image without packages says so', async ({ quayside: { page }, shell }) => {
  const image = new ImagePage(page)
  const images = await shell.openImages()
  await images.row('busybox:test').getByRole('link', { name: 'busybox:test' }).click()
  await image.layers.waitFor({ timeout: 60_000 })
  await image.tab('Packages').click()
  await expect(page.getByRole('heading', { name: 'No packages found' })).toBeVisible({ timeout: 30_000 })
  expect(await seriousFindings(page)).toEqual([])
})
