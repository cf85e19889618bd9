import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seriousFindings } from '../axe'
import { DiskPage } from '../pages/disk-page'
import { bundleDir, importBusybox, type Quayside } from '../quayside'
import { expect, test } from '../test'

const random = (path: string, megabytes: number): string =>
  `/bin/busybox dd if=/dev/urandom of=${path} bs=1000000 count=${megabytes} iflag=fullblock 2>/dev/null`

/** Builds with the bundled buildx, so that there is build cache. */
async function build({ home, docker }: Quayside): Promise<void> {
  const config = join(home, 'e2e-docker')
  mkdirSync(config, { recursive: true })
  writeFileSync(
    join(config, 'config.json'),
    JSON.stringify({ cliPluginsExtraDirs: [join(bundleDir, 'cli-plugins')] })
  )
  const context = join(home, 'e2e-disk')
  mkdirSync(context, { recursive: true })
  const mounted = `RUN --mount=type=cache,target=/c ${random('/c/x', 6)}`
  const lines = ['FROM busybox:test', 'RUN echo disk > /disk', mounted, `RUN ${random('/a', 3)}`]
  writeFileSync(join(context, 'Dockerfile'), lines.join('\n'))
  await docker('build', '--provenance=false', '-t', 'disk/app:1', context)
}

test.beforeAll(async ({ quayside }) => {
  const { docker } = quayside
  await importBusybox(quayside)
  await build(quayside)
  const script = `${random('/w', 2)}; ${random('/v/x', 4)}`
  await docker('run', '--name', 'disk-writer', '-v', 'disk-data:/v', 'disk/app:1', 'sh', '-c', script)
})

test.afterAll(async ({ quayside: { docker } }) => {
  await docker('rm', '-f', 'disk-writer').catch(() => undefined)
  await docker('rmi', 'disk/app:1').catch(() => undefined)
  await docker('volume', 'rm', 'disk-data').catch(() => undefined)
  await docker('builder', 'prune', '-af')
})

test('the page says what docker system df -v says, by keyboard too, and what a removal would free', async ({
  quayside: { page, docker },
  shell
}) => {
  const home = await shell.openHome()
  await home.page.getByRole('link', { name: 'What holds it, and how to free it' }).click()
  const disk = new DiskPage(page)
  await expect(page.getByRole('heading', { level: 1, name: 'Disk usage' })).toBeVisible()
  await expect(disk.table('Images')).toBeVisible({ timeout: 30_000 })

  // The totals, and a line of every kind.
  for (const line of (await docker('system', 'df', '--format', '{{json .}}')).split('\n')) {
    const { Type, TotalCount, Active, Size, Reclaimable } = JSON.parse(line) as Record<string, string>
    const row = disk.totals.getByRole('row').filter({ hasText: Type ?? '?' })
    await expect(row.getByRole('cell')).toHaveText(
      [TotalCount, Active, Size, Reclaimable].map((word) => word ?? '')
    )
  }
  const cli = JSON.parse(await docker('system', 'df', '-v', '--format', '{{json .}}')) as Record<
    'Images' | 'Containers' | 'Volumes' | 'BuildCache',
    Record<string, string>[]
  >
  const image = cli.Images.find((row) => row['Repository'] === 'disk/app')
  const cells = (words: readonly (string | undefined)[]): string[] => words.map((word) => word ?? '?')
  await expect(disk.row('Images', 'disk/app:1').getByRole('gridcell')).toContainText(
    cells(['', image?.['Size'], image?.['SharedSize'], image?.['UniqueSize'], 'disk-writer'])
  )
  await disk.tab('Containers').press('Enter')
  const container = cli.Containers.find((row) => row['Names'] === 'disk-writer')
  await expect(disk.row('Containers', 'disk-writer')).toContainText(
    container?.['Size']?.replace(/ .*/, '') ?? '?'
  )
  await disk.tab('Volumes').press('Enter')
  const volume = cli.Volumes.find((row) => row['Name'] === 'disk-data')
  await expect(disk.row('Volumes', 'disk-data')).toContainText(volume?.['Size'] ?? '?')
  await expect(disk.row('Volumes', 'disk-data')).toContainText('disk-writer')
  await disk.tab('Build cache').press('Enter')
  const rows = await disk.table('Build cache').getAttribute('aria-rowcount')
  expect(Number(rows) - 1).toBe(cli.BuildCache.length)

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await seriousFindings(page)).toEqual([])
  }
  await page.emulateMedia({ colorScheme: null })

  // The treemap by keyboard: on to the next rectangle, and into the table of a kind.
  await disk.treemap.getByRole('button').first().focus()
  await page.keyboard.press('ArrowRight')
  await expect(disk.treemap.getByRole('button').nth(1)).toBeFocused()
  await disk.treemap.getByRole('button', { name: /^Volumes, / }).press('Enter')
  await expect(disk.row('Volumes', 'disk-data')).toBeVisible()

  // A volume in use stays; with its container it goes.
  await disk.row('Volumes', 'disk-data').getByRole('checkbox').press('Space')
  await expect(disk.selection).toContainText('1 selected · Removing it frees 0B')
  await expect(disk.selection).toContainText('Container disk-writer uses it.')
  await disk.tab('Containers').press('Enter')
  await page.getByRole('searchbox').fill('disk-writer')
  await disk.row('Containers', 'disk-writer').getByRole('checkbox').press('Space')
  await expect(disk.selection).toContainText('2 selected · Removing these frees 6MB')
  await page.getByRole('button', { name: 'Clear selection' }).press('Enter')
  await expect(disk.selection).toHaveCount(0)
})

test('a goal is met by an exact list, what is left out stays, and what was freed is told', async ({
  quayside: { page, docker },
  shell
}) => {
  const palette = await shell.openPalette()
  await palette.getByRole('combobox').fill('disk usage')
  await page.keyboard.press('Enter')
  const disk = new DiskPage(page)
  await expect(disk.totals).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Free space…' }).press('Enter')
  await disk.dialog.getByRole('textbox', { name: 'How much' }).fill('5')
  await expect(disk.dialog).toContainText('Write a number and a unit')
  await disk.dialog.getByRole('textbox', { name: 'How much' }).fill('900 TB')
  await expect(disk.dialog).toContainText(/^.*Only .* can be freed without stopping containers/s)
  await expect(disk.dialog).toContainText(/Unused volumes hold .* more/)
  await disk.dialog.getByRole('textbox', { name: 'How much' }).fill('5 MB')
  await expect(disk.planResult).toContainText('frees')
  await expect(disk.plan.getByRole('row').filter({ hasText: 'cached mount /c' })).toContainText('6MB')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await seriousFindings(page)).toEqual([])
  }
  await page.emulateMedia({ colorScheme: null })
  await disk.dialog.getByRole('button', { name: /^Free .*B$/ }).press('Enter')
  await expect(disk.dialog).toHaveCount(0)
  await expect.poll(() => docker('system', 'df', '-v')).not.toContain('exec.cachemount')
  await expect(page.getByText(/Freed since the app started: \d/)).toBeVisible({ timeout: 30_000 })
  expect(await docker('image', 'inspect', '-f', '{{.RepoTags}}', 'disk/app:1')).toBe('[disk/app:1]')

  // An own choice: the container goes, its volume is left out and stays.
  await disk.tab('Containers').press('Enter')
  await disk.row('Containers', 'disk-writer').getByRole('checkbox').press('Space')
  await disk.tab('Volumes').press('Enter')
  await disk.row('Volumes', 'disk-data').getByRole('checkbox').press('Space')
  await page.getByRole('button', { name: 'Remove…' }).press('Enter')
  await expect(disk.planResult).toContainText('2 objects go; frees 6MB')
  await disk.plan.getByRole('row').filter({ hasText: 'disk-data' }).getByRole('checkbox').press('Space')
  await expect(disk.planResult).toContainText('1 object goes; frees 2MB')
  await disk.dialog.getByRole('button', { name: 'Free 2MB' }).press('Enter')
  await expect.poll(() => docker('ps', '-aq', '--filter', 'name=disk-writer')).toBe('')
  expect(await docker('volume', 'ls', '-q', '--filter', 'name=disk-data')).toBe('disk-data')
})

test('an engine that stops leaves what was read, says so, and is measured again when it is back', async ({
  quayside: { page },
  shell
}) => {
  test.setTimeout(180_000)
  const disk = new DiskPage(page)
  const measure = page.getByRole('button', { name: 'Measure again' })
  await expect(measure).toBeVisible({ timeout: 30_000 })
  await shell.stopEngine.click()
  await expect(shell.engine).toHaveText(/^Stopped/, { timeout: 60_000 })
  await measure.click()
  await expect(page.getByRole('alert').filter({ hasText: 'Could not measure the disk' })).toBeVisible()
  await expect(disk.totals).toBeVisible()
  await shell.startEngine.click()
  await expect(shell.engine).toHaveText(/^Running/, { timeout: 60_000 })
  await expect(page.getByRole('alert')).toHaveCount(0, { timeout: 30_000 })
  await expect(page.getByText(/^measured at/)).toBeVisible()
})
