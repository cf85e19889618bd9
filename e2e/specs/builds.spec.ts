/** Builds on the real window: started from the form by keyboard, watched, cancelled, failed and understood, with a secret. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seriousFindings } from '../axe'
import { BuildDialog, BuildPage } from '../pages/build-pages'
import { BuildsPage } from '../pages/builds-page'
import { importBusybox, type Quayside } from '../quayside'
import { expect, test } from '../test'

const BASE = 'busybox:test'

test.beforeAll(async ({ quayside }) => {
  await importBusybox(quayside, BASE)
})
test.afterAll(async ({ quayside }) => {
  await quayside.docker('rmi', '-f', 'e2e-build:1', 'e2e-secret:1').catch(() => undefined)
  await quayside.docker('builder', 'prune', '-af')
})

async function context({ home }: Quayside, name: string, files: Record<string, string>): Promise<string> {
  const folder = join(home, name)
  await mkdir(folder)
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text)
  return folder
}

test('a build is started by keyboard, and its steps are those of the CLI', async ({ quayside, shell }) => {
  const { page, docker } = quayside
  const folder = await context(quayside, 'stages', {
    Dockerfile: [
      'ARG WHO=world',
      `FROM ${BASE} AS one`,
      'RUN sleep 1; echo 1 > /one; echo from one',
      `FROM ${BASE} AS two`,
      'ARG WHO',
      'RUN sleep 1; echo hello $WHO > /two; grep db /etc/hosts; echo from two',
      `FROM ${BASE} AS last`,
      'COPY --from=one /one /one',
      'COPY --from=two /two /two'
    ].join('\n')
  })
  await shell.openImages()
  const dialog = new BuildDialog(page)
  const build = new BuildPage(page)
  await dialog.open()
  await expect(dialog.field('Context')).toBeFocused()
  await page.keyboard.type(folder)
  await dialog.field('Tags').fill('e2e-build:1')
  await expect(dialog.root).toContainText('Stages: one, two, last')
  await dialog.root.getByRole('button', { name: 'Add the build argument WHO' }).click()
  await expect(dialog.field('Build arguments')).toHaveValue('WHO=world')
  await expect(dialog.command).toContainText(
    `docker buildx build --tag e2e-build:1 --build-arg WHO=world --load ${folder}`
  )
  await dialog.root.getByText('More options').press('Enter')
  await dialog.field('Extra hosts').fill('db')
  await dialog.field('Ulimits').fill('nofile=1000')
  await dialog.submit.press('Enter')
  await expect(dialog.field('Extra hosts')).toBeFocused()
  await expect(dialog.root).toContainText('db: write it as db:10.0.0.5.')
  await dialog.field('Extra hosts').fill('db:10.1.2.3')
  await expect(dialog.command).toContainText('--add-host db:10.1.2.3 --ulimit nofile=1000 --load')
  await dialog.root.getByRole('button', { name: 'Keep as favourite…' }).press('Enter')
  await expect(dialog.field('Name of the favourite')).toHaveValue('e2e-build:1')
  expect(await seriousFindings(page)).toEqual([])
  await page.keyboard.press('Enter')
  await expect(dialog.root.getByRole('combobox', { name: 'Favourites' })).toHaveValue('e2e-build:1')
  await dialog.submit.focus()
  await page.keyboard.press('Enter')

  await expect(page).toHaveURL(/#\/builds\//)
  await expect(build.step('RUN sleep 1; echo 1 > /one; echo from one', 'Running')).toBeVisible()
  await expect(build.step('echo hello', 'Done')).toBeVisible({ timeout: 30_000 })
  await expect(build.step('exporting to image', 'Done')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('main').getByText('Done').first()).toBeVisible()
  await expect(build.timeline).toContainText('added up')
  await expect(build.log).toContainText('from two')
  await expect(build.log).toContainText('10.1.2.3')
  expect(await docker('run', '--rm', 'e2e-build:1', 'cat', '/two')).toBe('hello world')

  await build.step('echo hello', 'Done').getByRole('button').focus()
  await page.keyboard.press('Enter')
  await expect(build.log).toHaveText(/from two/)
  await expect(build.log).not.toContainText('from one')
  expect(await seriousFindings(page)).toEqual([])
  await build.rebuild.click()
  await expect(build.step('RUN sleep 1; echo 1 > /one; echo from one', 'Cached')).toBeVisible({
    timeout: 30_000
  })
})

test('a failure is shown at its line, and another build is cancelled in the middle', async ({
  quayside,
  shell
}) => {
  const { page, docker } = quayside
  const folder = await context(quayside, 'broken', {
    Dockerfile: `FROM ${BASE}\nRUN echo good > /good\nRUN echo the reason; exit 7\n`,
    Slow: `FROM ${BASE}\nRUN echo begun; sleep 2345\n`
  })
  const dialog = new BuildDialog(page)
  const build = new BuildPage(page)
  await shell.openImages()
  await dialog.open()
  await dialog.submit.click()
  await expect(dialog.root).toContainText('Say what is to be built')
  await dialog.field('Context').fill(folder)
  await dialog.submit.click()
  await expect(build.failure).toContainText('failed with exit code 7', { timeout: 30_000 })
  await expect(build.failure).toContainText('Dockerfile, line 3')
  await expect(build.failure).toContainText('the reason')
  // The page tells it: a toast would say it twice, over the log.
  await expect(page.getByRole('region', { name: 'Notifications' }).getByText('exit code 7')).toHaveCount(0)
  await expect(build.step('exit 7', 'Error')).toBeVisible()
  expect(await seriousFindings(page)).toEqual([])

  await build.failure.getByRole('button', { name: 'Open a shell in the last good step' }).focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/containers\/[0-9a-f]+\/terminal/, { timeout: 30_000 })
  const made = await docker('ps', '-q', '--filter', 'label=dev.quayside.last-good-step')
  expect(await docker('exec', made, 'cat', '/good')).toBe('good')
  await docker('rm', '-f', made)
  await page.goBack()

  await page.getByRole('main').getByRole('button', { name: 'Change' }).click()
  await expect(dialog.field('Context')).toHaveValue(folder)
  await dialog.field('Dockerfile').fill('Slow')
  await dialog.submit.click()
  await expect(build.log).toContainText('begun', { timeout: 30_000 })
  // One row and one page: the engine's history leads back here while it runs.
  const address = page.url()
  await shell.openBuilds()
  const builds = new BuildsPage(page)
  await builds.row('broken/Slow').getByRole('link').press('Enter')
  await expect(page).toHaveURL(address)
  await build.cancel.focus()
  await page.keyboard.press('Enter')
  await expect(build.step('sleep 2345', 'Canceled')).toBeVisible({ timeout: 30_000 })
  await expect(build.cancel).toHaveCount(0)
  await expect(build.failure).toHaveCount(0)
  await expect(page.getByRole('main').getByRole('button', { name: 'Record' })).toBeVisible()
})

test('a secret is typed once and is seen nowhere', async ({ quayside, shell }) => {
  const { page, docker } = quayside
  const value = 'correct horse battery'
  const folder = await context(quayside, 'secret', {
    Dockerfile: `FROM ${BASE}\nRUN --mount=type=secret,id=tok wc -c < /run/secrets/tok > /size\n`
  })
  const dialog = new BuildDialog(page)
  const build = new BuildPage(page)
  await shell.openImages()
  await dialog.open()
  // A favourite fills in the form; it is renamed and removed here.
  const favourites = dialog.root.getByRole('combobox', { name: 'Favourites' })
  await favourites.selectOption('e2e-build:1')
  await expect(dialog.field('Build arguments')).toHaveValue('WHO=world')
  await dialog.root.getByRole('button', { name: 'Rename favourite' }).press('Enter')
  await dialog.field('Name of the favourite').fill('stages')
  await page.keyboard.press('Enter')
  await expect(favourites).toHaveValue('stages')
  await dialog.root.getByRole('button', { name: 'Remove favourite' }).press('Enter')
  await expect(favourites).toHaveCount(0)
  await dialog.field('Build arguments').fill('')
  await dialog.field('Context').fill(folder)
  await dialog.field('Tags').fill('e2e-secret:1')
  await dialog.field('Secrets').fill('id=tok,env=TOKEN')
  await dialog.root.getByLabel('Value of TOKEN').fill(value)
  await expect(dialog.command).toContainText('--secret id=tok,env=TOKEN')
  await dialog.submit.click()
  await expect(build.step('exporting to image', 'Done')).toBeVisible({ timeout: 30_000 })
  expect(await docker('run', '--rm', 'e2e-secret:1', 'cat', '/size')).toBe(String(value.length))
  expect(await page.getByRole('main').textContent()).not.toContain(value)
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(value)

  // Values are not kept: the form asks for it again.
  await build.rebuild.click()
  await expect(dialog.root.getByLabel('Value of TOKEN')).toHaveValue('')
  await page.keyboard.press('Escape')
  await expect(dialog.root).toHaveCount(0)
})
