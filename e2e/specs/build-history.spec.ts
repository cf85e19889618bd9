import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { seriousFindings } from '../axe'
import { BuildsPage } from '../pages/builds-page'
import { bundleDir, importBusybox, type Quayside } from '../quayside'
import { expect, test } from '../test'

/** Answers the next native dialogs as a user would, because nobody can click in them here. */
async function answerDialogs(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: chosen })
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
  }, path)
}

const IMAGES = ['history/shop:1', 'history/shop:2']

/** Starts a build with the bundled buildx, as somebody does in a terminal. */
async function build({ home, docker }: Quayside, tag: string, lines: readonly string[]): Promise<void> {
  const config = join(home, 'e2e-docker')
  mkdirSync(config, { recursive: true })
  const plugins = { cliPluginsExtraDirs: [join(bundleDir, 'cli-plugins')] }
  writeFileSync(join(config, 'config.json'), JSON.stringify(plugins))
  const context = join(home, 'e2e-history')
  mkdirSync(context, { recursive: true })
  writeFileSync(join(context, 'Dockerfile'), ['FROM busybox:test', ...lines].join('\n'))
  await docker('buildx', 'build', '--build-arg', 'PASSWORD=tide', '-t', tag, context)
}

const refs = async ({ docker }: Quayside): Promise<string[]> =>
  (await docker('buildx', 'history', 'ls', '--no-trunc', '--format', '{{.Ref}}'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('/').at(-1) ?? '')

test.beforeAll(async ({ quayside }) => {
  await importBusybox(quayside)
})

test.afterAll(async ({ quayside: { docker } }) => {
  await docker('buildx', 'history', 'rm', '--all').catch(() => undefined)
  for (const image of IMAGES) await docker('rmi', image).catch(() => undefined)
  await docker('builder', 'prune', '-af')
})

test('builds of the CLI appear by themselves, are looked into and deleted, by keyboard', async ({
  quayside,
  shell
}) => {
  const { page } = quayside
  const builds = new BuildsPage(page)
  await shell.openBuilds()
  const sleeping = build(quayside, 'history/shop:1', ['ARG PASSWORD', 'RUN /bin/sh -c "sleep 2; echo made"'])
  const running = builds.row('history/shop:1')
  await expect(running).toContainText('Running', { timeout: 20_000 })
  await sleeping
  await expect(running).toContainText('Done')
  await build(quayside, 'history/shop:2', ['RUN /bin/sh -c "echo last words; false"']).catch(() => undefined)
  const failed = builds.row('history/shop:2')
  await expect(failed).toContainText('Error')
  expect(await seriousFindings(page)).toEqual([])

  // The failed one: where, why, and its last lines.
  await failed.getByRole('link').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'history/shop:2' })).toBeVisible()
  await expect(page.getByRole('alert')).toContainText('Failed at line 2 of Dockerfile')
  await expect(page.getByRole('alert')).toContainText('last words')
  await expect(page.getByRole('figure', { name: 'Timeline', exact: true })).toBeVisible()
  await expect(builds.steps.getByRole('listitem', { name: /last words.* Error/ })).toBeVisible()
  expect(await seriousFindings(page)).toEqual([])
  await builds.tab('Log').press('Enter')
  await expect(builds.log).toContainText('last words')
  await page.getByRole('searchbox', { name: 'Search' }).fill('nothing has this')
  await expect(page.getByRole('status', { name: 'Lines shown' })).toHaveText('0 lines')
  await builds.tab('Source').press('Enter')
  await expect(page.getByRole('group', { name: 'Dockerfile' })).toContainText('FROM busybox:test')
  await page.getByRole('link', { name: 'Builds', exact: true }).first().click()

  // The other one: its inputs, with what may be a secret hidden, and its provenance.
  await builds.row('history/shop:1').getByRole('link').click()
  await builds.tab('Inputs').press('Enter')
  await expect(page.getByText('PASSWORD')).toBeVisible()
  await expect(page.getByText('tide')).toHaveCount(0)
  await builds.tab('Attachments').press('Enter')
  await page.getByRole('button', { name: 'Show', exact: true }).first().press('Enter')
  await expect(page.getByText('"buildType"').first()).toBeVisible()
  expect(await seriousFindings(page)).toEqual([])
  await page.getByRole('link', { name: 'Builds', exact: true }).first().click()

  // One is deleted with the keyboard, the rest by the rule, as the CLI sees too.
  await expect(failed).toBeVisible()
  await failed.getByRole('link').focus()
  await page.keyboard.press('Delete')
  await builds.dialog('Delete build').getByRole('button', { name: 'Delete', exact: true }).press('Enter')
  await expect(failed).toHaveCount(0)
  const before = await refs(quayside)
  await page.getByRole('button', { name: 'Clear old builds…' }).click()
  const keep = builds.dialog('Clear old builds')
  await keep.getByRole('textbox', { name: 'Keep the last' }).fill('0')
  await expect(keep.getByRole('status', { name: 'Result' })).toContainText(
    `${before.length} ${before.length === 1 ? 'build goes' : 'builds go'}`
  )
  expect(await seriousFindings(page)).toEqual([])
  await keep.getByRole('button', { name: `Delete ${before.length}` }).click()
  await expect(page.getByText('No builds yet')).toBeVisible()
  expect(await refs(quayside)).toEqual([])
  await page.getByRole('button', { name: 'Dismiss', exact: true }).first().click()
})

test('two builds are compared, have a trend, and one is taken along as a file', async ({
  quayside,
  shell
}) => {
  const { page } = quayside
  const builds = new BuildsPage(page)
  await build(quayside, 'history/shop:1', ['ARG PASSWORD', 'RUN /bin/sh -c "echo made"'])
  await build(quayside, 'history/shop:2', ['RUN /bin/sh -c "echo last words; false"']).catch(() => undefined)
  await shell.openBuilds()

  // The two compared: what differs of steps, inputs and Dockerfile.
  for (const name of ['history/shop:1', 'history/shop:2'])
    await builds.row(name).getByRole('checkbox').check()
  await builds.bulk.getByRole('button', { name: 'Compare', exact: true }).press('Enter')
  const steps = page.getByRole('table', { name: 'Steps compared' })
  await expect(steps.getByRole('row').filter({ hasText: 'last words' })).toContainText('New')
  await expect(steps.getByRole('row').filter({ hasText: 'echo made' })).toContainText('Missing')
  const inputs = page.getByRole('table', { name: 'Inputs compared' })
  await expect(inputs.getByRole('row', { name: /^Tags/ })).toContainText('Differs')
  await expect(inputs).not.toContainText('tide')
  await expect(page.getByRole('region', { name: 'Dockerfile compared' })).toContainText('- ARG PASSWORD')
  expect(await seriousFindings(page)).toEqual([])

  // Their trend, point by point with the arrow keys; the page of the later one compares too.
  await page.getByRole('link', { name: 'history/shop:2', exact: true }).press('Enter')
  await expect(page.getByRole('button', { name: 'Compare with the build before' })).toBeVisible()
  await builds.tab('Trend').press('Enter')
  const trend = page.getByRole('figure', { name: 'Trend', exact: true })
  await expect(trend.getByRole('link')).toHaveCount(2)
  await expect(page.getByRole('table', { name: 'Trend' }).getByRole('row')).toHaveCount(3)
  expect(await seriousFindings(page)).toEqual([])
  await trend.getByRole('link', { name: /Error/ }).focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'history/shop:1' })).toBeVisible()

  // Taken along as a file, which is opened when the engine knows nothing of it any more.
  const file = join(quayside.home, 'shop.dockerbuild')
  await answerDialogs(quayside.app, file)
  await page.getByRole('button', { name: 'Export…' }).press('Enter')
  await expect.poll(() => existsSync(file)).toBe(true)
  await page.getByRole('link', { name: 'Builds', exact: true }).first().click()
  for (const name of ['history/shop:1', 'history/shop:2'])
    await builds.row(name).getByRole('checkbox').check()
  await builds.bulk.getByRole('button', { name: 'Delete', exact: true }).press('Enter')
  await builds.dialog('Delete 2 builds').getByRole('button', { name: 'Delete', exact: true }).press('Enter')
  await expect(builds.row('history/shop:1')).toHaveCount(0)
  await page.getByRole('button', { name: 'Open…' }).press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'history/shop:1' })).toBeVisible()
  await expect(builds.steps.getByRole('listitem', { name: /echo made.* Done/ })).toBeVisible()
  await builds.tab('Log').press('Enter')
  await expect(builds.log).toContainText('made')
  expect(await seriousFindings(page)).toEqual([])
  await page.getByRole('link', { name: 'Builds', exact: true }).first().click()
  await expect(builds.row('history/shop:1')).toContainText('shop.dockerbuild')
  await builds.row('history/shop:1').getByRole('button', { name: 'Close' }).press('Enter')
  await expect(builds.row('history/shop:1')).toHaveCount(0)
  writeFileSync(file, 'FROM busybox')
  await page.getByRole('button', { name: 'Open…' }).press('Enter')
  await expect(page.getByRole('region', { name: 'Notifications' })).toContainText('no file of builds')
})

test('the build cache is listed as buildx du lists it, and removed by an exact list', async ({
  quayside,
  shell
}) => {
  const { page, docker } = quayside
  await build(quayside, 'history/shop:1', ['RUN /bin/sh -c "echo cached > /c"'])
  await docker('rmi', 'history/shop:1')
  const builds = new BuildsPage(page)
  await shell.openBuilds()
  await builds.tab('Build cache').press('Enter')
  const ids = (await docker('buildx', 'du', '--format', '{{.ID}}')).split('\n').filter((id) => id !== '')
  await expect(builds.cache).toHaveAttribute('aria-rowcount', `${ids.length + 1}`)
  expect(await seriousFindings(page)).toEqual([])

  await page.getByRole('button', { name: 'Clear build cache…' }).press('Enter')
  const dialog = builds.dialog('Clear build cache')
  await dialog.getByRole('combobox', { name: 'Remove' }).selectOption({ label: 'Not used for 30 days' })
  await expect(dialog.getByRole('status', { name: 'Result' })).toHaveText('There is nothing to remove.')
  await dialog
    .getByRole('combobox', { name: 'Remove' })
    .selectOption({ label: 'Everything that is not in use' })
  await expect(dialog.getByRole('status', { name: 'Result' })).toContainText('go; frees')
  expect(await seriousFindings(page)).toEqual([])
  await dialog.getByRole('button', { name: /^Remove \d+$/ }).press('Enter')
  await expect(page.getByText('No build cache')).toBeVisible({ timeout: 30_000 })
  expect(await docker('buildx', 'du', '--format', '{{.ID}}')).toBe('')
})

test('a builder is made, looked at and removed by keyboard', async ({ quayside, shell }) => {
  const { page } = quayside
  const builds = new BuildsPage(page)
  await shell.openBuilds()
  await builds.tab('Builders').press('Enter')
  const table = page.getByRole('grid', { name: 'Builders', exact: true })
  const row = (name: string) => table.getByRole('row').filter({ hasText: name })
  await expect(row('default')).toContainText('Running')
  await expect(row('default').getByRole('button', { name: 'Remove' })).toBeDisabled()
  await page.getByRole('button', { name: 'Create builder…' }).press('Enter')
  const dialog = builds.dialog('Create a builder')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('harbour')
  expect(await seriousFindings(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Create', exact: true }).press('Enter')
  await expect(row('harbour')).toContainText('docker-container')
  await expect(row('harbour')).toContainText('Not started')
  expect(await seriousFindings(page)).toEqual([])
  await row('harbour').getByRole('button', { name: 'harbour', exact: true }).press('Enter')
  await expect(builds.dialog('harbour')).toContainText('Endpoint')
  await page.keyboard.press('Escape')
  await row('harbour').getByRole('button', { name: 'Use', exact: true }).press('Enter')
  await expect(row('harbour')).toContainText('in use')
  await row('default').getByRole('button', { name: 'Use', exact: true }).press('Enter')
  await expect(row('default')).toContainText('in use')
  await row('harbour').getByRole('button', { name: 'Remove', exact: true }).press('Enter')
  await builds.dialog('Remove builder').getByRole('button', { name: 'Remove', exact: true }).press('Enter')
  await expect(row('harbour')).toHaveCount(0)
})
