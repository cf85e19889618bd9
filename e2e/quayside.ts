/**
 * Starts the real app on a home of its own and takes it down again. Everything an end-to-end test does to the outside
 * (the docker CLI, signals, files) goes through the handle made here, never through channels inside the app.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'

const exec = promisify(execFile)
const root = resolve(import.meta.dirname, '..')
export const bundleDir = join(root, 'resources', 'engine', `${process.platform}-${process.arch}`)

export interface LaunchOptions {
  /** An existing home, to start again where another run ended. */
  readonly home?: string
  /** Written to settings.json before the start. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

export interface Quayside {
  readonly app: ElectronApplication
  readonly page: Page
  readonly home: string
  readonly socket: string
  /** The bundled docker CLI on the app's engine; answers its stdout. */
  readonly docker: (...args: string[]) => Promise<string>
  /** The engine's process id, from its pid file. */
  enginePid(): number
  /** Quits as a user does and waits for the process to end. */
  quit(): Promise<void>
}

/** A short folder: unix sockets below it must fit in 107 bytes. */
export async function makeHome(): Promise<string> {
  return await mkdtemp('/tmp/qe-')
}

export async function removeHome(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true })
}

export async function launch(options: LaunchOptions = {}): Promise<Quayside> {
  const home = options.home ?? (await makeHome())
  if (options.settings !== undefined) {
    mkdirSync(home, { recursive: true })
    await writeFile(join(home, 'settings.json'), JSON.stringify(options.settings))
  }
  const app = await _electron.launch({
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root],
    env: { ...environment(), QUAYSIDE_HOME: home, ...options.env },
    chromiumSandbox: process.getuid?.() !== 0
  })
  const page = await app.firstWindow()
  const socket = join(home, 'run', 'docker.sock')
  return {
    app,
    page,
    home,
    socket,
    docker: async (...args) => await docker(home, `unix://${socket}`, args),
    enginePid: () => Number(readFileSync(join(home, 'run', 'docker.pid'), 'utf8')),
    quit: async () => {
      const closed = app.waitForEvent('close', { timeout: 60_000 })
      await app.evaluate(({ app: electron }) => {
        electron.quit()
      })
      await closed
    }
  }
}

/** The test's environment without what would make the app look at another engine. */
function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('DOCKER_')
  )
  return Object.fromEntries(entries)
}

/** Runs the bundled docker CLI with a configuration of its own, so that the machine's plays no part. */
export async function docker(scratch: string, host: string, args: readonly string[]): Promise<string> {
  const config = join(scratch, 'e2e-docker')
  mkdirSync(config, { recursive: true })
  const { stdout } = await exec(join(bundleDir, 'bin', 'docker'), ['-H', host, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: scratch, DOCKER_CONFIG: config },
    maxBuffer: 64 * 1024 * 1024
  })
  return stdout.replace(/\n$/, '')
}

/** Imports a busybox root file system under a name, with the docker CLI; used as `run <name> sleep 1000`. */
export async function importBusybox(quayside: Quayside, name = 'busybox:test'): Promise<void> {
  const rootfs = join(quayside.home, 'e2e-rootfs')
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path))
  if (busybox === undefined) throw new Error('These tests need a static busybox (Debian: busybox-static).')
  if (!existsSync(rootfs)) {
    for (const folder of ['bin', 'tmp', 'etc', 'proc', 'sys', 'dev'])
      mkdirSync(join(rootfs, folder), { recursive: true })
    copyFileSync(busybox, join(rootfs, 'bin', 'busybox'))
    for (const applet of [
      'sh',
      'sleep',
      'echo',
      'httpd',
      'true',
      'false',
      'cat',
      'yes',
      'wget',
      'ash',
      'stty',
      'clear',
      'seq',
      'id',
      'ps'
    ])
      symlinkSync('busybox', join(rootfs, 'bin', applet))
  }
  const archive = join(quayside.home, 'e2e-rootfs.tar')
  await exec('tar', ['-C', rootfs, '-cf', archive, ...readdirSync(rootfs)])
  await quayside.docker('import', archive, name)
}
