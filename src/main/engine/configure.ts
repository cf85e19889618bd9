/**
 * Changes the bundled engine's configuration in what dockerd reads anew while it runs (SIGHUP): checked by dockerd itself, written, told
 * to the engine, and taken back when the engine does not say that it has it. Nothing is restarted; see docs/decisions/0591.
 */
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { run } from '../platform/child-process'
import { readIfThere, writeFileAtomically } from '../platform/files'
import type { Paths } from '../platform/paths'
import { readEngineConfig } from './engine-config'
import { logSize, tailLines } from './engine-log'
import { findDockerd } from './hosts/linux-ground'
import { engineEnvironment } from './hosts/linux-process'
import { signalProcess } from './hosts/proc'
import { readJson } from './probe'

export type EngineConfig = Readonly<Record<string, unknown>>

export interface ConfigEdit {
  /** The whole configuration as it is to be. */
  readonly change: (config: EngineConfig) => EngineConfig
  /** Whether what `GET /info` says is so. */
  readonly applied: (info: unknown) => boolean
}

/** `read`: the running engine has it; `written`: it counts when the engine starts. */
export type Configured = 'read' | 'written'

const CONFIRM_MS = 5000
const CHECK_MS = 15_000

export class EngineConfigFile {
  readonly #paths: Paths
  readonly #bundleDir: string
  readonly #confirmMs: number
  /** One change after another. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(paths: Paths, bundleDir: string, confirmMs = CONFIRM_MS) {
    this.#paths = paths
    this.#confirmMs = confirmMs
    this.#bundleDir = bundleDir
  }

  get path(): string {
    return this.#paths.engineConfig
  }

  /** Fails when the file is not JSON. */
  read(): EngineConfig {
    return readEngineConfig(this.path)
  }

  change(edit: ConfigEdit): Promise<Configured> {
    const done = this.#turn.then(() => this.#change(edit))
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #change({ change, applied }: ConfigEdit): Promise<Configured> {
    const before = readIfThere(this.path)
    const text = `${JSON.stringify(change(this.read()), null, 2)}\n`
    await this.#check(text)
    const from = logSize(this.#paths.engineLog)
    this.#write(text)
    if (findDockerd(this.#paths) === null) return 'written'
    if (await this.#tell(applied)) return 'read'
    if (before === null) rmSync(this.path, { force: true })
    else this.#write(before)
    await this.#tell(() => true)
    const said = tailLines(this.#paths.engineLog, 3, from).map((line) => oneLine(line, 300))
    throw new AppError(
      'Unavailable',
      'The engine did not take the new settings. They were taken back; nothing was restarted.',
      { hint: said.length === 0 ? 'Its log can say more.' : `Its log says: ${said.join(' ')}` }
    )
  }

  /** By dockerd, which is told the file and ends: what it refuses would keep it from starting. */
  async #check(text: string): Promise<void> {
    const file = `${this.path}.check`
    try {
      writeFileAtomically(file, text)
      const { exitCode, stderr } = await run(
        join(this.#bundleDir, 'bin', 'dockerd'),
        ['--validate', '--config-file', file],
        { timeoutMs: CHECK_MS, env: engineEnvironment(this.#bundleDir) }
      )
      if (exitCode === 0) return
      const why = oneLine(stderr.replaceAll(file, this.path).replace(/^.*?failed: /s, ''), 400)
      throw new AppError('InvalidParameter', 'The engine does not accept these settings.', {
        hint: `It says: ${why} Nothing was changed.`
      })
    } finally {
      rmSync(file, { force: true })
    }
  }

  #write(text: string): void {
    try {
      const mode = statSync(this.path, { throwIfNoEntry: false })?.mode ?? 0o600
      writeFileAtomically(this.path, text, mode & 0o777)
    } catch (cause) {
      throw new AppError('Forbidden', 'The engine’s configuration cannot be written.', {
        hint: `Make ${this.path} and its folder writable, then try again.`,
        cause
      })
    }
  }

  /** Has the engine read its file, and waits until it says so. */
  async #tell(applied: (info: unknown) => boolean): Promise<boolean> {
    const dockerd = findDockerd(this.#paths)
    if (dockerd === null || !signalProcess(dockerd, 'SIGHUP')) return false
    const endpoint = { kind: 'unix', path: this.#paths.socket } as const
    for (const end = Date.now() + this.#confirmMs; Date.now() < end; await sleep(50)) {
      const info = await readJson(endpoint, '/info', z.unknown(), 2000).catch(() => null)
      if (info !== null && applied(info)) return true
    }
    return false
  }
}
