/** The editor of Dockerfiles on the real window: found by both linters, completed, formatted, saved, built. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ElectronApplication } from '@playwright/test'
import { seriousFindings } from '../axe'
import { BuildDialog, BuildPage } from '../pages/build-pages'
import { DockerfileEditor, DockerfilePage } from '../pages/dockerfile-page'
import { importBusybox } from '../quayside'
import { expect, test } from '../test'

const BASE = 'busybox:dockerfile'
const TAG = 'e2e-dockerfile:1'

/** Answers the next native dialogs as a user would, because nobody can click in them here. */
async function answerDialogs(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
    dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false })
    dialog.showMessageBoxSync = () => 1
  }, path)
}

test.beforeAll(async ({ quayside }) => {
  await importBusybox(quayside, BASE)
})
test.afterAll(async ({ quayside }) => {
  await quayside.docker('rmi', '-f', TAG, BASE).catch(() => undefined)
})

test('a Dockerfile is opened, understood, put right, saved and built', async ({ quayside, shell }) => {
  const { page, app, home, docker } = quayside
  const folder = join(home, 'written')
  const path = join(folder, 'Dockerfile')
  await mkdir(folder)
  await writeFile(join(folder, 'main.txt'), 'hello\n')
  await writeFile(path, `FROM ${BASE} as base\r\nRUN echo 1 > /one\r\nFROM base\r\n`)
  await answerDialogs(app, path)
  const editor = new DockerfilePage(page)

  await shell.openBuilds()
  await page.getByRole('main').getByRole('button', { name: 'Edit a Dockerfile' }).click()
  await page.getByRole('main').getByRole('button', { name: 'Open a Dockerfile' }).click()
  await expect(editor.state).toHaveText('saved · CRLF')
  await expect(editor.stage(`base, from ${BASE}, used by Stage 1 (FROM)`)).toBeVisible()

  // One finding of BuildKit, which reads the base, and one of the linter.
  await expect(editor.problem(/^Warning FromAsCasing, line 1: /)).toBeVisible({ timeout: 30_000 })
  await editor.typeAtEnd('FOO x')
  await expect(editor.problem(/^Error UnknownInstruction, line 4: /)).toBeVisible()
  expect(await seriousFindings(page)).toEqual([])
  await page.keyboard.press('Control+Home')
  await editor
    .problem(/UnknownInstruction/)
    .getByRole('button')
    .first()
    .press('Enter')
  await expect(editor.text).toBeFocused()
  await page.keyboard.press('Shift+End')
  await page.keyboard.press('Delete')
  await expect(editor.problem(/UnknownInstruction/)).toHaveCount(0)
  await page.keyboard.press('Shift+Alt+F')
  await expect(editor.text).toContainText(`FROM ${BASE} AS base`)
  await expect(editor.problem(/FromAsCasing/)).toHaveCount(0)

  // Completed by keyboard: the instruction, its flag, the stage; and a file of the context.
  await editor.typeAtEnd('CO')
  await expect(editor.offers.getByRole('option', { name: 'COPY' })).toBeVisible()
  await page.keyboard.press('Enter')
  await page.keyboard.type('--fr')
  await expect(editor.offers.getByRole('option', { name: /--from/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(editor.offers.getByRole('option', { name: /^base/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await page.keyboard.type(' /one /one\nCOPY ma')
  await expect(editor.offers.getByRole('option', { name: 'main.txt' })).toBeVisible()
  await page.keyboard.press('Enter')
  await page.keyboard.type(' /')
  await expect(editor.checked).toBeVisible({ timeout: 30_000 })
  await expect(editor.problems.getByRole('listitem')).toHaveCount(0)
  await expect(editor.stage(/^base, .*used by Stage 1 \(FROM, COPY\)$/)).toBeVisible()

  // Saved as it was found; not over a change of somebody else.
  await expect(editor.state).toHaveText('changed · CRLF')
  await page.keyboard.press('Control+S')
  await expect(editor.state).toHaveText('saved · CRLF')
  const saved = await readFile(path, 'utf8')
  expect(saved).toBe(
    `FROM ${BASE} AS base\r\nRUN echo 1 > /one\r\nFROM base\r\nCOPY --from=base /one /one\r\nCOPY main.txt /`
  )
  await writeFile(path, '# theirs\n')
  await editor.typeAtEnd('\n')
  await page.keyboard.press('Control+S')
  await expect(page.getByRole('alert')).toContainText('changed on disk meanwhile')
  expect(await readFile(path, 'utf8')).toBe('# theirs\n')
  await page.getByRole('alert').getByRole('button', { name: 'Write over it' }).click()
  await expect(editor.state).toHaveText('saved · CRLF')
  expect(await readFile(path, 'utf8')).toBe(`${saved}\r\n`)

  // Nothing is lost by going away.
  await editor.typeAtEnd('# more')
  await page.getByRole('link', { name: 'Builds' }).first().click()
  await expect(editor.unsaved).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(editor.unsaved).toHaveCount(0)
  await expect(editor.text).toContainText('# more')

  // Built from here: what is not saved yet is saved first.
  const dialog = new BuildDialog(page)
  const build = new BuildPage(page)
  await page.getByRole('main').getByRole('button', { name: 'Build', exact: true }).click()
  await expect(dialog.field('Context')).toHaveValue(folder)
  expect(await readFile(path, 'utf8')).toContain('# more')
  await dialog.field('Tags').fill(TAG)
  await dialog.submit.click()
  await expect(build.step('exporting to image', 'Done')).toBeVisible({ timeout: 30_000 })
  expect(await docker('run', '--rm', TAG, 'cat', '/one', '/main.txt')).toBe('1\nhello')
})

test('one is typed in the form of a build, and one is edited from there', async ({ quayside, shell }) => {
  const { page, app, home } = quayside
  const folder = join(home, 'typed')
  await mkdir(folder)
  await writeFile(join(folder, 'web.Dockerfile'), `FROM ${BASE}\n`)
  await answerDialogs(app, folder)
  const dialog = new BuildDialog(page)
  await shell.openImages()
  await dialog.open()
  await dialog.field('Context').fill(folder)
  await dialog.root.getByLabel('Type the Dockerfile here').check()
  const typed = new DockerfileEditor(page, dialog.root)
  await typed.typeAtEnd(`FROM ${BASE} AS one\nMAINTAINER me`)
  await expect(typed.problem(/^Warning MaintainerDeprecated, line 2: /)).toBeVisible()
  await expect(typed.checked).toBeVisible({ timeout: 30_000 })
  await expect(typed.problem(/MaintainerDeprecated/)).toHaveCount(1)
  await expect(dialog.root).toContainText('Stages: one')
  expect(await seriousFindings(page)).toEqual([])
  // Escape is the editor's, and lets Tab leave it.
  await page.keyboard.press('Escape')
  await expect(dialog.root).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(typed.text).not.toBeFocused()

  await dialog.root.getByLabel('Type the Dockerfile here').uncheck()
  await dialog.field('Dockerfile').fill('web.Dockerfile')
  await dialog.field('Tags').fill('kept:1')
  await dialog.root.getByRole('button', { name: 'Edit', exact: true }).click()
  const editor = new DockerfilePage(page)
  await expect(editor.state).toHaveText('saved')
  await expect(editor.text).toContainText(`FROM ${BASE}`)
  await page.getByRole('main').getByRole('button', { name: 'Build', exact: true }).click()
  await expect(dialog.field('Dockerfile')).toHaveValue('web.Dockerfile')
  await expect(dialog.field('Tags')).toHaveValue('kept:1')
  await page.keyboard.press('Escape')
  await expect(dialog.root).toHaveCount(0)
})
