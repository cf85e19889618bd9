/** Builds app-process.ts once and starts it as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
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

export async function startApp({
  home,
  wrap = [],
  user,
  bundle = bundleDir
}: StartOptions): Promise<AppProcess> {
  built ??= buildApp()
  const env = { PATH: SYSTEM_PATH, HOME: `${home}/user` }
  const child = spawn(process.execPath, [await built, home, bundle, ...wrap], {
    ...{ stdio: ['ignore', 'pipe', 'inherit'], cwd: '/', env },
    ...user
  })
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
