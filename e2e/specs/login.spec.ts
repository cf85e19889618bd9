/** A login in the window: a pull that is refused leads to it, and what is kept is a login for the docker command too. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { canUsePass, helpersFolder, makePass, type Pass } from '../../tests/integration/credential-helpers'
import { startRegistry, type TestRegistry } from '../../tests/integration/registry-fixture'
import { seriousFindings } from '../axe'
import { freePort } from '../free-port'
import { ImagesPage } from '../pages/images-page'
import { Shell } from '../pages/shell'
import { bundleDir, importBusybox, launch, makeHome, removeHome, type Quayside } from '../quayside'
import { expect, test } from '../test'

const exec = promisify(execFile)
const SECRET = 'canary-Pa55word-äé'
/** What Docker Hub makes of a login in a browser. */
const HUB_TOKEN = 'dckr_pat_canary-of-the-browser'
/** A credential helper that keeps what it gets in a folder, and hands it out again; and every command line there is meanwhile. */
const HELPER = `#!/bin/sh
cd "$(dirname "$0")/kept" || exit 1
case $1 in
  store) cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' > processes; cat > login ;;
  get) cat login 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; } ;;
esac
`

let home: string
let app: Quayside
let registry: TestRegistry
let hub: Server
/** Whether somebody logged in on the page that Docker Hub shows in a browser. */
let entered = false
let pass: Pass

/** What Docker Hub's API says of one repository, in its shapes. */
const HUB_PAGES = {
  '/v2/search/repositories/': {
    ...{ count: 1, next: null },
    results: [{ repo_name: 'team/app', short_description: 'An app', star_count: 7, pull_count: 1_234_567 }]
  },
  '/v2/repositories/team/app/': {
    ...{ description: 'An app', full_description: '# <b>App</b>', star_count: 7, pull_count: 1_234_567 },
    ...{ last_updated: '2026-01-02T03:04:05Z', date_registered: '2020-01-02T03:04:05Z' }
  },
  '/v2/repositories/team/app/tags/': {
    ...{ count: 26, next: 'another page' },
    results: [
      {
        ...{ name: '1.2', digest: 'sha256:abc', full_size: 45_000_000, last_updated: '2026-01-02T03:04:05Z' },
        images: [
          { os: 'linux', architecture: 'amd64', size: 45_000_000 },
          { os: 'linux', architecture: 'arm64', variant: 'v8', size: 40_000_000 }
        ]
      }
    ]
  }
}

/** Docker's authorisation server, as far as a login in a browser needs it; not before the second question is anybody logged in. */
async function startHub(): Promise<Server> {
  let asked = 0
  const claims = { 'https://hub.docker.com': { username: 'hubann' } }
  const token = `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
  const server = createServer((request, reply) => {
    const page = `http://${request.headers.host}/activate`
    const waiting = request.url === '/oauth/token' && ((asked += 1) < 3 || !entered)
    const answers: Record<string, unknown> = {
      '/oauth/device/code': {
        ...{ device_code: 'canary-device', user_code: 'WXYZ-1234', expires_in: 900, interval: 1 },
        ...{ verification_uri: page, verification_uri_complete: `${page}?user_code=WXYZ-1234` }
      },
      '/oauth/token': waiting ? { error: 'authorization_pending' } : { access_token: token },
      '/v2/access-tokens/desktop-generate': { data: { token: HUB_TOKEN } },
      ...HUB_PAGES
    }
    reply.writeHead(waiting ? 403 : 200, { 'content-type': 'application/json' })
    reply.end(JSON.stringify(answers[(request.url ?? '').split('?')[0] ?? ''] ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

test.beforeAll(async () => {
  home = await makeHome()
  const bin = join(home, 'bin')
  await mkdir(join(bin, 'kept'), { recursive: true })
  await writeFile(join(bin, 'docker-credential-test'), HELPER)
  await chmod(join(bin, 'docker-credential-test'), 0o755)
  hub = await startHub()
  pass = makePass(home)
  app = await launch({
    home,
    env: {
      // The configuration that the docker command of these tests has.
      DOCKER_CONFIG: join(home, 'e2e-docker'),
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      GNUPGHOME: pass.env['GNUPGHOME'] ?? '',
      PASSWORD_STORE_DIR: pass.env['PASSWORD_STORE_DIR'] ?? '',
      QUAYSIDE_HUB: `http://127.0.0.1:${(hub.address() as AddressInfo).port}`
    }
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
  pass.stop()
  hub.closeAllConnections()
  hub.close()
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
  const processes = readFileSync(join(home, 'bin', 'kept', 'processes'), 'utf8')
  expect(processes).toContain('docker-credential-test store')
  expect(processes).not.toContain(SECRET)
})

test('a login to Docker Hub in a browser is kept like one that is typed', async () => {
  const { page } = app
  const opened = await app.app.evaluateHandle(({ shell }) => {
    const urls: string[] = []
    shell.openExternal = (url) => Promise.resolve(void urls.push(url))
    return urls
  })
  const registries = await new Shell(page).openRegistries()
  await registries.logInButton.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Log in to a registry' })
  await expect(dialog.getByLabel('Kind')).toHaveValue('docker')
  await dialog.getByLabel('Kind').selectOption('GitHub')
  await expect(dialog.getByLabel('Registry')).toHaveValue('ghcr.io')
  await dialog.getByLabel('Username').fill('ann')
  await dialog.getByLabel('Password or token').fill('hunter2')
  await expect(dialog.getByRole('alert')).toContainText('takes no password')
  expect(await seriousFindings(page)).toEqual([])
  await dialog.getByLabel('Kind').selectOption('Docker Hub')
  await dialog.getByRole('button', { name: 'Use a browser instead' }).press('Enter')
  await expect(dialog.getByLabel('Code', { exact: true })).toHaveText('WXYZ-1234')
  expect(await seriousFindings(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Open the page' }).press('Enter')
  await expect.poll(async () => (await opened.jsonValue()).length).toBe(1)
  entered = true
  await expect(dialog).toHaveCount(0)
  await expect(registries.registry('docker.io')).toContainText('Logged in as hubann')
  expect(await opened.jsonValue()).toEqual([expect.stringContaining('/activate?user_code=WXYZ-1234')])
  expect(readFileSync(join(home, 'bin', 'kept', 'login'), 'utf8')).toContain(HUB_TOKEN)
})

test('Docker Hub is searched when it is asked, and tells of a repository and its tags', async () => {
  const { page } = app
  const registries = await new Shell(page).openRegistries()
  await registries.registry('docker.io').getByRole('button', { name: 'Open' }).press('Enter')
  await page.getByRole('heading', { level: 1, name: 'docker.io' }).waitFor()
  const words = page.getByLabel('Repository', { exact: true })
  await words.press('Enter')
  await expect(words).toHaveAttribute('aria-invalid', 'true')
  await words.fill('app')
  await words.press('Enter')
  const found = registries.row(registries.repositories, 'team/app')
  await expect(found).toContainText('1.2M')
  expect(await seriousFindings(page)).toEqual([])
  await found.getByRole('link').press('Enter')
  await page.getByRole('heading', { level: 1, name: 'team/app' }).waitFor()
  const tag = registries.row(registries.tags, '1.2')
  await expect(tag).toContainText('linux/amd64, linux/arm64/v8')
  await expect(tag).toContainText('40MB – 45MB')
  const again: string[] = []
  hub.on('request', ({ url }: { url?: string }) => again.push(url?.split('?')[0] ?? ''))
  await page.getByRole('button', { name: 'Refresh' }).press('Enter')
  await expect
    .poll(() => again.sort())
    .toEqual(['/v2/repositories/team/app/', '/v2/repositories/team/app/tags/'])
  // The focus stays where it is while another page is read.
  const next = page.getByRole('button', { name: 'Next' })
  await next.press('Enter')
  await expect(page.getByText('2 of 2')).toBeVisible()
  await expect(tag).toBeVisible()
  await expect(next).toBeFocused()
  // Text of a registry is text.
  await page.getByText('Overview').press('Enter')
  await expect(page.getByText('# <b>App</b>')).toBeVisible()
  expect(await seriousFindings(page)).toEqual([])
})

test('pass keeps a login that the docker command pulls with, and nothing that was written holds a secret', async () => {
  test.skip(!canUsePass, 'docker-credential-pass, pass or gpg is not installed')
  const { page, docker } = app
  const host = registry.address
  const name = `${host}/private:1`
  const config = join(home, 'e2e-docker', 'config.json')
  rmSync(config, { force: true })
  symlinkSync(join(helpersFolder, 'docker-credential-pass'), join(home, 'bin', 'docker-credential-pass'))
  const registries = await new Shell(page).openRegistries()
  await registries.logInButton.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Log in to a registry' })
  await dialog.getByLabel('Registry').fill(host)
  await expect(dialog).toContainText('pass is not set up')
  await expect(dialog).toContainText('pass init KEY')
  pass.init(pass.makeKey('ann'))
  await writeFile(config, JSON.stringify({ credsStore: 'pass' }))
  await dialog.getByLabel('Registry').fill('')
  await dialog.getByLabel('Registry').fill(host)
  await expect(dialog).toContainText('docker-credential-pass, where the docker command finds it')
  await dialog.getByLabel('Username').fill('ann')
  await dialog.getByLabel('Password or token').fill(SECRET)
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(registries.registry(host)).toContainText('Logged in as ann')
  await docker('rmi', name)
  const own = {
    ...pass.env,
    PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
    DOCKER_CONFIG: join(home, 'e2e-docker')
  }
  await exec(join(bundleDir, 'bin', 'docker'), ['-H', `unix://${app.socket}`, 'pull', name], { env: own })
  expect(await docker('images', '-q', name)).not.toBe('')

  await registries.registry(host).getByRole('button', { name: 'Log out' }).press('Enter')
  await page
    .getByRole('dialog', { name: `Log out of ${host}` })
    .getByRole('button', { name: 'Log out' })
    .press('Enter')
  await expect(registries.registry(host)).toContainText('Not logged in')
  // The helper of the tests keeps what it was given; beside it and the engine's layers nothing may.
  const searched = filesBelow(home, new Set(['kept', 'data', 'run', 'e2e-rootfs']))
  expect(searched.length).toBeGreaterThan(10)
  const forms = [SECRET, HUB_TOKEN, 'hunter2', 'canary-device', `ann:${SECRET}`].flatMap((secret) => [
    Buffer.from(secret),
    Buffer.from(Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1)),
    Buffer.from(encodeURIComponent(secret))
  ])
  const holding = searched.filter((file) => {
    const content = readFileSync(file)
    return forms.some((form) => content.includes(form))
  })
  expect(holding).toEqual([])
})

/** Every ordinary file below a folder, but for what is below folders of these names. */
function filesBelow(folder: string, but: ReadonlySet<string>): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return but.has(entry.name) ? [] : filesBelow(path, but)
    return entry.isFile() ? [path] : []
  })
}
