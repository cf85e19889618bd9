/** Registries in the window and in a terminal: one login for both; browsing, pulling and deleting what a registry has. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRegistry, type TestRegistry } from '../../tests/integration/registry-fixture'
import { seriousFindings } from '../axe'
import { freePort } from '../free-port'
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

const pullsWithLogin = async (name: string): Promise<boolean> =>
  await app.docker('pull', name).then(
    () => true,
    () => false
  )

/** A certificate that signs itself, as text. */
function authority(): string {
  const options = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    '-subj',
    '/CN=Quayside test'
  ]
  return execFileSync('openssl', [...options, '-keyout', '/dev/null'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore']
  })
}

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

  await registries.row(registries.tags, '1').getByRole('link').press('Enter')
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

  await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter')
  const question = page.getByRole('dialog', { name: 'Delete 1' })
  await expect(question.getByRole('alert')).toContainText('The same image has the tags same.')
  await question.getByRole('button', { name: 'Delete' }).press('Enter')
  await expect(question).toHaveCount(0)
  // Debian's registry knows only images, so both went, as it was said.
  await page.getByRole('heading', { level: 1, name: 'team/app' }).waitFor()
  await expect(page.getByRole('alert').or(page.getByText('No tags'))).toBeVisible()
  await docker('rmi', `${name}:1`)
  expect(await pullsWithLogin(`${name}:1`)).toBe(false)
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
  await certificates.getByLabel('Authority').fill(authority())
  await certificates.getByRole('button', { name: 'Trust' }).press('Enter')
  await expect(certificates).toContainText('CN=Quayside test')
  expect(await seriousFindings(page)).toEqual([])
  await certificates.getByRole('button', { name: 'Remove quayside.crt' }).press('Enter')
  await expect(certificates).not.toContainText('CN=Quayside test')
  await page.keyboard.press('Escape')

  await registries.choose(gone, 'Remove')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).press('Enter')
  await expect(registries.registry(gone)).toHaveCount(0)

  for (const file of readdirSync(join(home, 'logs'))) {
    expect(readFileSync(join(home, 'logs', file), 'utf8'), file).not.toContain(SECRET)
  }
  expect(readFileSync(join(home, 'registries.json'), 'utf8')).not.toContain(SECRET)
})
