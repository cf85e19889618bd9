/**
 * Real credential helpers (Debian's docker-credential-pass and docker-credential-secretservice) with what they stand on: gpg with a
 * key and pass, and a D-Bus session with GNOME's keyring. Each in a folder of its own; nothing of the machine's is used.
 */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Where scripts/lib/test-tools.mjs unpacks them: they are not on the PATH, where every docker command would find them. */
export const helpersFolder = resolve(import.meta.dirname, '../../node_modules/.cache/credential-helpers')

const onPath = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))

const hasHelper = (name: string): boolean => existsSync(join(helpersFolder, `docker-credential-${name}`))
export const canUsePass = hasHelper('pass') && onPath('pass') && onPath('gpg')
export const canUseKeyring =
  hasHelper('secretservice') && onPath('dbus-daemon') && onPath('gnome-keyring-daemon')

type Env = Record<string, string>

/** The PATH with the helpers, and a home; no display, so that nobody is asked anything. */
function baseEnv(home: string): Env {
  return { PATH: `${helpersFolder}${delimiter}${process.env['PATH'] ?? ''}`, HOME: home, LC_ALL: 'C' }
}

export interface Pass {
  readonly env: Env
  /** Makes a key without a password; answers its id. */
  makeKey(name: string): string
  init(key: string): void
  deleteKey(key: string): void
  stop(): void
}

/** A home for gpg and pass, nothing set up. Its path must be short: gpg's agent has a socket in it. */
export function makePass(home: string): Pass {
  mkdirSync(join(home, '.gnupg'), { recursive: true, mode: 0o700 })
  const env = {
    ...baseEnv(home),
    GNUPGHOME: join(home, '.gnupg'),
    PASSWORD_STORE_DIR: join(home, '.password-store')
  }
  const run = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  return {
    env,
    makeKey(name) {
      const how = ['--batch', '--passphrase', '', '--quick-generate-key']
      run('gpg', ...how, `${name} <${name}@test.invalid>`, 'future-default', 'default', 'never')
      const listed = run('gpg', '--list-secret-keys', '--with-colons', `${name}@test.invalid`)
      return /^fpr:+([0-9A-F]{40}):/m.exec(listed)?.[1] ?? ''
    },
    init: (key) => void run('pass', 'init', key),
    deleteKey: (key) => void run('gpg', '--batch', '--yes', '--delete-secret-and-public-key', key),
    stop: () => void run('gpgconf', '--kill', 'all')
  }
}

export interface Keyring {
  readonly env: Env
  /** Ends the daemon and starts it again, with its keyring locked. */
  lock(): Promise<void>
  stop(): Promise<void>
}

const PASSWORD = 'password of the keyring'

/** A session bus with a keyring that is unlocked. */
export async function startKeyring(home: string): Promise<Keyring> {
  const run = join(home, 'run')
  mkdirSync(run, { recursive: true, mode: 0o700 })
  const bus = `unix:path=${run}/bus`
  const env = {
    ...baseEnv(home),
    DBUS_SESSION_BUS_ADDRESS: bus,
    XDG_RUNTIME_DIR: run,
    XDG_DATA_HOME: join(home, 'data')
  }
  const dbus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1', `--address=${bus}`], {
    env,
    stdio: ['ignore', 'pipe', 'ignore']
  })
  await firstOutput(dbus)
  let daemon = await startDaemon(env, PASSWORD)
  return {
    env,
    async lock() {
      await ended(daemon)
      daemon = await startDaemon(env, null)
    },
    async stop() {
      await ended(daemon)
      await ended(dbus)
    }
  }
}

/** Ready once it has its name on the bus; asked in a way that starts no other one for it. */
async function startDaemon(env: Env, password: string | null): Promise<ChildProcess> {
  const how = ['--foreground', '--components=secrets', ...(password === null ? [] : ['--unlock'])]
  const daemon = spawn('gnome-keyring-daemon', how, { env, stdio: ['pipe', 'ignore', 'ignore'] })
  daemon.stdin.end(password ?? '')
  const ask = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/']
  const question = ['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets']
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(50)) {
    const { stdout } = await exec('dbus-send', [...ask, ...question], { env })
    if (stdout.includes('boolean true')) return daemon
  }
  throw new Error('The keyring did not come up')
}

async function firstOutput(child: ChildProcess): Promise<void> {
  await new Promise<void>((done, fail) => {
    child.stdout?.once('data', () => done())
    child.once('error', fail)
    child.once('exit', (code) => fail(new Error(`${child.spawnfile} ended with ${code}`)))
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await gone
}
