/** Registries in the window and in a terminal: one login for both; browsing, pulling and deleting what a registry has. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { humanSize } from '../../src/shared/docker/size'
import { startRegistry, type TestRegistry } from '../../tests/integration/registry-fixture'
import { seriousFindings } from '../axe'
import { freePort } from '../free-port'
import {
  addsClientCertificate,
  contentOf as contentIn,
  engineRegistries,
  makeCertificate,
  type Content
} from '../registry-checks'
import { RegistriesPage } from '../pages/registries-page'
import { Shell } from '../pages/shell'
import { importBusybox, launch, makeHome, removeHome, type Quayside } from '../quayside'
import { expect, test } from '../test'

const SECRET = 'canary-Pa55word-registries'

let home: string
let app: Quayside
let registry: TestRegistry
let registries: RegistriesPage

test.beforeAll(async () => {
  home = await makeHome()
  // The configuration that the docker command of these tests has.
  app = await launch({ home, env: { DOCKER_CONFIG: join(home, 'e2e-docker') } })
  await new Shell(app.page).engine.filter({ hasText: /^Running/ }).waitFor({ timeout: 60_000 })
  registry = await startRegistry({
    ...{ port: await freePort(), home, engine: null, deletes: true },
    user: { name: 'ann', password: SECRET }
  })
  await importBusybox(app)
  registries = await new Shell(app.page).openRegistries()
})
test.afterAll(async () => {
  await registry.stop()
  await app.quit()
  await removeHome(home)
})

const contentOf = async (repository: string, tag: string): Promise<Content> =>
  await contentIn(registry.address, `ann:${SECRET}`, { repository, tag })

const pullsWithLogin = async (name: string): Promise<boolean> =>
  await app.docker('pull', name).then(
    () => true,
    () => false
  )

test('a docker login in a terminal shows by itself, and a log out in the window is one for the terminal', async () => {
  const { page, docker } = app
  const host = registry.address
  const config = join(home, 'e2e-docker', 'config.json')
  await expect(registries.registry('docker.io')).toContainText('Not logged in')
  await expect(registries.registry(host)).toHaveCount(0)

  await docker('login', '-u', 'ann', '-p', SECRET, host)
  await expect(registries.registry(host)).toContainText('Logged in as ann')
  expect(await seriousFindings(page)).toEqual([])

  const name = `${host}/team/app`
  await docker('tag', 'busybox:test', `${name}:1`)
  await docker('tag', 'busybox:test', `${name}:same`)
  await docker('push', `${name}:1`)
  await docker('push', `${name}:same`)
  await docker('rmi', `${name}:1`, `${name}:same`)

  // A test of it, with the login that is stored.
  await registries.choose(host, 'Test')
  const report = page.getByRole('dialog', { name: `Test ${host}` })
  await expect(report.getByRole('status')).toHaveText(`${host} is reachable.`)
  await expect(report.getByRole('row', { name: /^Login/ })).toContainText(
    'It takes the login that is stored.'
  )
  expect(await seriousFindings(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(registries.registry(host)).toContainText('Reachable')

  await registries.registry(host).getByRole('button', { name: 'Log out' }).press('Enter')
  const question = page.getByRole('dialog', { name: `Log out of ${host}` })
  await expect(question).toContainText(config)
  await question.getByRole('button', { name: 'Log out' }).press('Enter')
  await expect(question).toHaveCount(0)
  expect(readFileSync(config, 'utf8')).not.toContain(host)
  expect(await pullsWithLogin(`${name}:1`)).toBe(false)

  // And in again, in the window: the terminal has it.
  await registries.logInButton.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Log in to a registry' })
  await dialog.getByLabel('Registry').fill(host)
  await dialog.getByLabel('Username').fill('ann')
  await dialog.getByLabel('Password or token').fill(SECRET)
  await dialog.getByRole('checkbox', { name: 'Keep it unencrypted' }).check()
  await dialog.getByLabel('Password or token').press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(registries.registry(host)).toContainText('Logged in as ann')
  expect(await pullsWithLogin(`${name}:1`)).toBe(true)
  await docker('rmi', `${name}:1`)
})

test('repositories, tags and what is behind one, with a pull and a deletion that says what goes with it', async () => {
  const { page, docker } = app
  const host = registry.address
  const name = `${host}/team/app`
  await registries.registry(host).getByRole('button', { name: 'Open' }).press('Enter')
  await page.getByRole('heading', { level: 1, name: host }).waitFor()
  await registries.search.fill('nothing like it')
  await expect(page.getByText('Nothing is found')).toBeVisible()
  await registries.search.fill('app te')
  await registries.row(registries.repositories, 'team/app').getByRole('link').press('Enter')
  await expect(registries.tags.getByRole('rowheader')).toHaveText(['1', 'same'])
  expect(await seriousFindings(page)).toEqual([])

  // A line says what the registry has, without that the tag is opened.
  const told = await contentOf('team/app', '1')
  const line = registries.row(registries.tags, '1')
  await expect(line).toContainText(told.digest.slice(0, 19))
  await expect(line).toContainText(humanSize(told.size, 3))
  await expect(line.getByRole('cell', { name: / ago$|^Just now$/ })).toBeVisible()

  await line.getByRole('link').press('Enter')
  await page.getByRole('heading', { level: 1, name: '1', exact: true }).waitFor()
  const [platform] = JSON.parse(await docker('image', 'inspect', 'busybox:test')) as [
    { Os: string; Architecture: string }
  ]
  const row = registries.row(registries.platforms, `${platform.Os}/${platform.Architecture}`)
  await row.getByRole('button', { name: 'Show layers' }).press('Enter')
  await expect(registries.platforms.getByRole('listitem')).toHaveCount(1)
  await expect(page.getByText('The registry has none for this image.')).toBeVisible()
  expect(await seriousFindings(page)).toEqual([])
  await row.getByRole('button', { name: 'Pull' }).press('Enter')
  const main = page.getByRole('main')
  await expect(main.getByRole('status').filter({ hasText: `Pulled ${name}:1` })).toBeVisible({
    timeout: 30_000
  })
  const digest = await docker('image', 'inspect', '-f', '{{index .RepoDigests 0}}', `${name}:1`)
  await expect(page.getByText(digest.slice(digest.indexOf('sha256:'))).first()).toBeVisible()

  await copies(name, told)

  await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter')
  const question = page.getByRole('dialog', { name: 'Delete 1' })
  await expect(question.getByRole('alert')).toContainText('The same image has the tag same.')
  await question.getByRole('button', { name: 'Delete' }).press('Enter')
  await expect(question).toHaveCount(0)
  // Debian's registry knows only images, so both went, as it was said.
  await page.getByRole('heading', { level: 1, name: 'team/app' }).waitFor()
  await expect(page.getByRole('alert').or(page.getByText('No tags'))).toBeVisible()
  await docker('rmi', `${name}:1`)
  expect(await pullsWithLogin(`${name}:1`)).toBe(false)
})

/** To another repository past the engine, from the page of the tag; then over a tag that leads elsewhere. */
async function copies(name: string, { digest }: Content): Promise<void> {
  const { page, docker } = app
  const host = registry.address
  const dialog = page.getByRole('dialog', { name: 'Copy image' })
  await page.getByRole('button', { name: 'Copy image' }).press('Enter')
  for (const bad of ['', 'UPPER', 'team/app:2', `${name}:1`, `${host}/x@${digest}`]) {
    await dialog.getByLabel('To').fill(bad)
    await page.keyboard.press('Enter')
    await expect(dialog.getByLabel('To')).toHaveAttribute('aria-invalid', 'true')
  }
  await expect(dialog.getByRole('status')).toHaveText('The copy has the same digest.')
  expect(await seriousFindings(page)).toEqual([])
  await dialog.getByLabel('To').fill(`${host}/copied/app:2`)
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  const status = page.getByRole('main').getByRole('status')
  await expect(
    status.filter({ hasText: `Copied to ${host}/copied/app:2: ${digest}, the same digest.` })
  ).toBeVisible()
  expect((await contentOf('copied/app', '2')).digest).toBe(digest)

  const container = await docker('create', 'busybox:test', 'true')
  await docker('commit', '-m', 'another', container, `${host}/copied/app:other`)
  await docker('rm', container)
  await docker('push', `${host}/copied/app:other`)
  await docker('rmi', `${host}/copied/app:other`)
  await page.getByRole('button', { name: 'Copy image' }).press('Enter')
  await dialog.getByLabel('To').fill(`${host}/copied/app:other`)
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toContainText('leads to another image already')
  expect((await contentOf('copied/app', 'other')).digest).not.toBe(digest)
  await dialog.getByRole('button', { name: 'Move the tag' }).press('Enter')
  await expect(status.filter({ hasText: `Copied to ${host}/copied/app:other` })).toBeVisible()
  expect((await contentOf('copied/app', 'other')).digest).toBe(digest)
}

test('the engine’s insecure registries and mirrors are changed while it and its containers run on', async () => {
  const { page, docker } = app
  const file = join(home, 'engine', 'daemon.json')
  const before = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const running = await docker('run', '-d', '--rm', 'busybox:test', 'sleep', '1000')
  await new Shell(page).openRegistries()
  await registries.addButton.press('Enter')
  await registries.addDialog.getByLabel('Registry').fill('wrong.internal:5000')
  await page.keyboard.press('Enter')

  const dialog = page.getByRole('dialog', { name: 'Registry settings' })
  await registries.choose('wrong.internal:5000', 'Edit')
  await dialog.getByLabel('Registry', { exact: true }).fill('right.internal:5000')
  await dialog.getByRole('checkbox', { name: 'Allow plain HTTP or an untrusted certificate' }).press('Space')
  await expect(dialog.getByRole('alert')).toContainText('can read the login')
  expect(await seriousFindings(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Save' }).press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(registries.registry('right.internal:5000')).toBeVisible()
  await expect(registries.registry('wrong.internal:5000')).toHaveCount(0)
  expect((await engineRegistries(app)).insecure).toContain('right.internal:5000')

  await registries.choose('docker.io', 'Edit')
  const mirrors = dialog.getByLabel('Mirrors of Docker Hub')
  await mirrors.fill('ftp://nowhere')
  await dialog.getByRole('button', { name: 'Save' }).press('Enter')
  await expect(dialog.getByRole('alert')).toContainText('is not the address of a mirror')
  await mirrors.fill('https://mirror.internal')
  await dialog.getByRole('button', { name: 'Save' }).press('Enter')
  await expect(dialog).toHaveCount(0)
  expect((await engineRegistries(app)).mirrors).toEqual(['https://mirror.internal/'])
  await expect(registries.registry('mirror.internal')).toBeVisible()

  // And back, with nothing else of the file touched, and the container still running.
  await registries.choose('docker.io', 'Edit')
  await mirrors.fill('')
  await dialog.getByRole('button', { name: 'Save' }).press('Enter')
  await expect(dialog).toHaveCount(0)
  await registries.choose('right.internal:5000', 'Edit')
  await dialog.getByRole('checkbox').press('Space')
  await dialog.getByRole('button', { name: 'Save' }).press('Enter')
  await expect(dialog).toHaveCount(0)
  const { insecure, mirrors: none } = await engineRegistries(app)
  expect([insecure.includes('right.internal:5000'), none]).toEqual([false, []])
  const lists = { 'insecure-registries': [], 'registry-mirrors': [] }
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...before, ...lists })
  expect(await docker('inspect', '-f', '{{.State.Running}}', running)).toBe('true')
  await docker('kill', running)
  await registries.choose('right.internal:5000', 'Remove')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).press('Enter')
  await expect(registries.registry('right.internal:5000')).toHaveCount(0)
})

test('bad input is refused in place, a registry that is not there says why, and no log holds the password', async () => {
  const { page } = app
  await new Shell(page).openRegistries()
  const gone = `localhost:${await freePort()}`
  await registries.addButton.press('Enter')
  for (const bad of ['', 'two words', 'https://reg.example/team', 'x:99999', '../x']) {
    await registries.addDialog.getByLabel('Registry').fill(bad)
    await page.keyboard.press('Enter')
    await expect(registries.addDialog.getByLabel('Registry')).toHaveAttribute('aria-invalid', 'true')
  }
  await registries.addDialog.getByLabel('Registry').fill(gone)
  await page.keyboard.press('Enter')
  await expect(registries.addDialog).toHaveCount(0)
  await registries.choose(gone, 'Test')
  const report = page.getByRole('dialog', { name: `Test ${gone}` })
  await expect(report.getByRole('row', { name: /^TCP/ })).toContainText('does not accept connections')
  await page.keyboard.press('Escape')
  await expect(registries.registry(gone)).toContainText('Not reachable')

  await registries.registry(gone).getByRole('button', { name: 'Open' }).press('Enter')
  await expect(page.getByRole('alert')).toContainText('does not accept connections')
  await page.getByLabel('Repository').fill('UPPER')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Repository')).toHaveAttribute('aria-invalid', 'true')
  await new Shell(page).openRegistries()
  await registries.choose(gone, 'Certificates')
  const certificates = page.getByRole('dialog', { name: `Certificates of ${gone}` })
  await certificates.getByLabel('Authority').fill('no certificate')
  await certificates.getByRole('button', { name: 'Trust' }).press('Enter')
  await expect(certificates.getByLabel('Authority')).toHaveAttribute('aria-invalid', 'true')
  await certificates.getByLabel('Authority').fill(makeCertificate('Quayside test', '/dev/null'))
  await certificates.getByRole('button', { name: 'Trust' }).press('Enter')
  await expect(certificates).toContainText('CN=Quayside test')
  expect(await seriousFindings(page)).toEqual([])
  await certificates.getByRole('button', { name: 'Remove quayside.crt' }).press('Enter')
  await expect(certificates).not.toContainText('CN=Quayside test')
  await addsClientCertificate(app, certificates)
  await page.keyboard.press('Escape')

  await registries.choose(gone, 'Remove')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).press('Enter')
  await expect(registries.registry(gone)).toHaveCount(0)

  for (const file of readdirSync(join(home, 'logs'))) {
    expect(readFileSync(join(home, 'logs', file), 'utf8'), file).not.toContain(SECRET)
  }
  expect(readFileSync(join(home, 'registries.json'), 'utf8')).not.toContain(SECRET)
})
