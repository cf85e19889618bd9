/** A login in the window: a pull that is refused leads to it, and what is kept is a login for the docker command too. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startRegistry, type TestRegistry } from '../../tests/integration/registry-fixture'
import { seriousFindings } from '../axe'
import { freePort } from '../free-port'
import { ImagesPage } from '../pages/images-page'
import { Shell } from '../pages/shell'
import { importBusybox, launch, makeHome, removeHome, type Quayside } from '../quayside'
import { expect, test } from '../test'

const SECRET = 'canary-Pa55word-äé'
/** A credential helper that keeps what it gets in a folder, and hands it out again. */
const HELPER = `#!/bin/sh
cd "$(dirname "$0")/kept" || exit 1
case $1 in
  store) cat > login ;;
  get) cat login 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; } ;;
esac
`

let home: string
let app: Quayside
let registry: TestRegistry

test.beforeAll(async () => {
  home = await makeHome()
  const bin = join(home, 'bin')
  await mkdir(join(bin, 'kept'), { recursive: true })
  await writeFile(join(bin, 'docker-credential-test'), HELPER)
  await chmod(join(bin, 'docker-credential-test'), 0o755)
  app = await launch({
    home,
    // The configuration that the docker command of these tests has.
    env: { DOCKER_CONFIG: join(home, 'e2e-docker'), PATH: `${bin}:${process.env['PATH'] ?? ''}` }
  })
  await new Shell(app.page).engine.filter({ hasText: /^Running/ }).waitFor({ timeout: 60_000 })
  registry = await startRegistry({
    ...{ port: await freePort(), home, engine: null },
    user: { name: 'ann', password: SECRET }
  })
  await importBusybox(app)
})
test.afterAll(async () => {
  await registry.stop()
  await app.quit()
  await removeHome(home)
})

test('a refused push leads to the login, by keyboard, and the docker command has it afterwards', async () => {
  const { page, docker } = app
  const name = `${registry.address}/private:1`
  await docker('tag', 'busybox:test', name)
  await new Shell(page).openImages()
  const images = new ImagesPage(page)
  await images.row(name).getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Push', exact: true }).click()
  await page.keyboard.press('Enter')
  await expect(images.pushDialog.getByRole('alert')).toContainText(`${registry.address} wants a login.`)
  await images.pushDialog.getByRole('button', { name: 'Log in' }).press('Enter')

  const dialog = page.getByRole('dialog', { name: 'Log in to a registry' })
  await expect(dialog.getByLabel('Registry')).toHaveValue(registry.address)
  const config = join(home, 'e2e-docker', 'config.json')
  await expect(dialog).toContainText(config)
  await dialog.getByLabel('Username').fill('ann')
  await dialog.getByLabel('Password or token').fill('wrong')
  await page.keyboard.press('Enter')
  // Unencrypted only after a yes.
  await expect(dialog.getByRole('checkbox', { name: 'Keep it unencrypted' })).not.toBeChecked()
  expect(existsSync(config)).toBe(false)
  await dialog.getByRole('checkbox', { name: 'Keep it unencrypted' }).press('Space')
  await dialog.getByLabel('Password or token').press('Enter')
  await expect(dialog.getByRole('alert')).toContainText(`Could not log in to ${registry.address}`)
  expect(existsSync(config)).toBe(false)
  expect(await seriousFindings(page)).toEqual([])
  await dialog.getByLabel('Password or token').fill(SECRET)
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(images.pushDialog.getByRole('status')).toHaveText(`Pushed ${name}`, { timeout: 60_000 })
  await page.keyboard.press('Escape')

  expect(statSync(config).mode & 0o777).toBe(0o600)
  await docker('rmi', name)
  await docker('pull', name)
  expect(await docker('images', '-q', name)).not.toBe('')
  expect(readFileSync(config, 'utf8')).not.toContain(SECRET)
})

test('a helper that config.json names keeps the login, and no log holds the password', async () => {
  const { page, docker } = app
  await writeFile(
    join(home, 'e2e-docker', 'config.json'),
    JSON.stringify({ credsStore: 'test', detachKeys: 'ctrl-x' })
  )
  const images = new ImagesPage(page)
  const name = `${registry.address}/private:1`
  await docker('rmi', name)
  await images.pullButton.click()
  await images.pullDialog.getByLabel('Image').fill(name)
  await page.keyboard.press('Enter')
  await images.pullDialog.getByRole('button', { name: 'Log in' }).click({ timeout: 60_000 })
  const dialog = page.getByRole('dialog', { name: 'Log in to a registry' })
  await expect(dialog).toContainText('docker-credential-test')
  await dialog.getByLabel('Username').fill('ann')
  await dialog.getByLabel('Password or token').fill(SECRET)
  await page.keyboard.press('Enter')
  await expect(images.pullDialog.getByRole('status')).toHaveText(`Pulled ${name}`, { timeout: 60_000 })
  await page.keyboard.press('Escape')

  const config: unknown = JSON.parse(readFileSync(join(home, 'e2e-docker', 'config.json'), 'utf8'))
  expect(config).toEqual({ credsStore: 'test', detachKeys: 'ctrl-x', auths: { [registry.address]: {} } })
  expect(readFileSync(join(home, 'bin', 'kept', 'login'), 'utf8')).toContain(SECRET)
  for (const file of readdirSync(join(home, 'logs'))) {
    expect(readFileSync(join(home, 'logs', file), 'utf8'), file).not.toContain(SECRET)
  }
})
