/** Builds app-process.ts once and starts it as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { build } from 'vite'
import { afterAll } from 'vitest'
import { bundleDir, SYSTEM_PATH } from '../engine-fixture'
import { eventually } from './supervised'

export interface AppProcess {
  readonly child: ChildProcess
  /** All it printed so far. */
  output(): string
  /** Waits for a state's name to be printed last. */
  until(state: string, timeoutMs?: number): Promise<void>
  kill(signal: NodeJS.Signals): Promise<void>
}

let built: Promise<string> | undefined
const folders: string[] = []

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

async function buildApp(): Promise<string> {
  const outDir = mkdtempSync('/tmp/q-app-')
  chmodSync(outDir, 0o755)
  folders.push(outDir)
  const src = resolve(import.meta.dirname, '../../../src')
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { '@shared': `${src}/shared`, '@main': `${src}/main` } },
    ssr: { noExternal: true },
    build: {
      ...{
        ssr: resolve(import.meta.dirname, 'app-process.ts'),
        outDir,
        target: 'node20',
        emptyOutDir: false
      },
      rolldownOptions: { output: { entryFileNames: 'app.mjs' } }
    }
  })
  return `${outDir}/app.mjs`
}

export interface StartOptions {
  readonly home: string
  readonly wrap?: readonly string[]
  /** Runs the app as this user. */
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly bundle?: string
}

/** What runs the rest of a command as `user`; the process stays the same one. */
function asUser(user: StartOptions['user']): string[] {
  if (user === undefined) return []
  const { uid, gid } = user
  const become = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
  return isOpenToAll(TUN) ? become : ['unshare', '--mount', 'sh', '-c', OWN_TUN, 'sh', ...become]
}

const TUN = '/dev/net/tun'

/** Some machines keep the device to root, against udev's default: the user gets one of its own there. */
const OWN_TUN = `set -e
node=$(mktemp -u /tmp/q-tun-XXXXXX)
mknod -m 666 "$node" c 10 200
mount --bind "$node" ${TUN}
rm "$node"
exec "$@"`

function isOpenToAll(device: string): boolean {
  return existsSync(device) && (statSync(device).mode & 0o006) === 0o006
}

export async function startApp({
  home,
  wrap = [],
  user,
  bundle = bundleDir
}: StartOptions): Promise<AppProcess> {
  built ??= buildApp()
  const env = { PATH: SYSTEM_PATH, HOME: `${home}/user` }
  const command = [...asUser(user), process.execPath, await built, home, bundle, ...wrap]
  const child = spawn('/usr/bin/env', command, { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/', env })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const lastState = (): string => /(?:^|\n)(\w+)[^\n]*\n?$/.exec(text)?.[1] ?? ''
  return {
    child,
    output: () => text,
    until: async (state, timeoutMs = 60_000) => {
      await eventually(() => [state, 'failed'].includes(lastState()) || child.exitCode !== null, timeoutMs)
      if (lastState() !== state) throw new Error(`The app ended:\n${text}`)
    },
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
    }
  }
}
