/**
 * Keeps an engine for the app: the bundled one, started, watched and stopped here, or the one the docker CLI talks to,
 * which is only talked to. Made once by main/application.ts; used by handlers/engine.ts. The life of an engine is decided in
 * machine.ts and carried out by runner.ts; this file chooses which engine, and tells others how it is.
 */
import { homedir } from 'node:os'
import type { ContextEngine, EngineSource, EngineStatus, Precondition } from '@shared/contract/engine'
import type { Settings } from '@shared/contract/settings'
import { AppError, toAppError } from '@shared/errors'
import { createCell } from '../platform/cell'
import type { Logger } from '../platform/logger'
import type { Paths } from '../platform/paths'
import type { SettingsStore } from '../platform/settings'
import { resolveCliTarget, type CliTarget } from './contexts'
import { endpointText, type EngineEndpoint } from './endpoint'
import { tailLines } from './engine-log'
import { createBundledHost, createExternalHost, createUnusableHost, type Host } from './hosts'
import type { Machine } from './machine-types'
import { isOwnEngine } from './own-engine'
import { readVersion } from './probe'
import { EngineRunner } from './runner'

export interface EngineSupervisor {
  readonly status: EngineStatus
  /** The bundled engine's own process while it runs here, for measuring what it uses. */
  readonly engineProcess: { readonly pid: number; readonly execRoot: string } | null
  /** The current status first, then the newest after each change. */
  watch(signal: AbortSignal): AsyncGenerator<EngineStatus, void, void>
  /** The API became usable; called at once when it is already. Answers the disposer. */
  onRunning(listener: (endpoint: EngineEndpoint) => void): () => void
  onNotRunning(listener: () => void): () => void
  /** Settles when the engine runs; rejects with the failure when it cannot, or was stopped meanwhile. */
  start(): Promise<void>
  /** Settles when nothing of the bundled engine is left; another's engine is only let go. */
  stop(): Promise<void>
  /** Containers of a rootful engine keep running meanwhile. */
  restart(): Promise<void>
  /** Changes the engine and remembers it; the bundled one is stopped when it is left. */
  use(source: EngineSource): Promise<void>
  preconditions(): Promise<Precondition[]>
  /** A long connection to the engine ended: find out now whether it still answers. */
  eventsLost(): void
  log(lines: number): Promise<{ path: string; lines: string[] }>
  /** For quitting: stops the engine we started, never another. */
  dispose(): Promise<void>
}

export interface SupervisorOptions {
  readonly paths: Paths
  readonly settings: SettingsStore<Settings>
  readonly log: Logger
  readonly env: Readonly<Record<string, string | undefined>>
  readonly bundleDir: string
  /** The following are for tests. */
  readonly platform?: NodeJS.Platform
  readonly uid?: number
  readonly homeDir?: string
  readonly wrap?: readonly string[]
}

/** How long another's engine may take to show that it is there. */
const CONTEXT_ANSWER_MS = 2500

/** Makes the supervisor and begins: the engine of the settings is started unless they say otherwise. */
export function createEngineSupervisor(options: SupervisorOptions): EngineSupervisor {
  const supervisor = new Supervisor(options)
  void supervisor.launch()
  return supervisor
}

class Supervisor implements EngineSupervisor {
  private runner: EngineRunner
  private source: EngineSource
  private target: CliTarget | null = null
  private awaitingChoice = false
  private contextEngine: ContextEngine | null = null
  private readonly cell
  private readonly running = new Set<(endpoint: EngineEndpoint) => void>()
  private readonly notRunning = new Set<() => void>()
  /** Changes of engine and the launch, one after another. */
  private turn: Promise<void> = Promise.resolve()
  private disposed = false

  constructor(private readonly options: SupervisorOptions) {
    this.source = options.settings.current.engine.source ?? 'bundled'
    this.runner = this.makeRunner()
    this.cell = createCell<EngineStatus>(this.currentStatus())
  }

  get status(): EngineStatus {
    return this.cell.current
  }

  get engineProcess(): { readonly pid: number; readonly execRoot: string } | null {
    const pid = this.runner.machine.state.name === 'running' ? (this.runner.process?.pid ?? null) : null
    return pid === null ? null : { pid, execRoot: this.options.paths.execRoot }
  }

  watch(signal: AbortSignal): AsyncGenerator<EngineStatus, void, void> {
    return this.cell.watch(signal)
  }

  onRunning(listener: (endpoint: EngineEndpoint) => void): () => void {
    this.running.add(listener)
    if (this.runner.machine.state.name === 'running') listener(this.runner.host.endpoint)
    return () => this.running.delete(listener)
  }

  onNotRunning(listener: () => void): () => void {
    this.notRunning.add(listener)
    return () => this.notRunning.delete(listener)
  }

  /** What happens at the app's start; never rejects. */
  async launch(): Promise<void> {
    const { engine } = this.options.settings.current
    // The CLI's engine is looked for only where it matters: connecting to it says itself what is there.
    if (engine.source === 'context') return this.runner.send({ type: 'start' })
    await this.inTurn(async () => {
      if (engine.source === 'bundled' && engine.startAtLaunch) this.runner.send({ type: 'start' })
      await this.lookForContextEngine()
      if (this.disposed || engine.source !== null) return
      this.awaitingChoice = this.contextEngine !== null
      if (!this.awaitingChoice && engine.startAtLaunch) this.runner.send({ type: 'start' })
      this.publish()
    }).catch((error: unknown) =>
      this.options.log.error('The engine’s launch failed.', { area: 'engine' }, error)
    )
  }

  async start(): Promise<void> {
    await this.turn
    this.refuseWhenDisposed()
    this.endChoice()
    const { name } = this.runner.machine.state
    if (this.source === 'context' && (name === 'stopped' || name === 'failed')) {
      // The CLI's context may be another one by now.
      this.runner = this.makeRunner()
    }
    this.runner.send({ type: 'start' })
    await this.untilRunning()
  }

  async stop(): Promise<void> {
    await this.turn
    this.runner.send({ type: 'stop' })
    const { state } = await this.runner.until(isAtRest)
    if (state.name === 'failed') throw failureError(state.failure)
  }

  async restart(): Promise<void> {
    await this.turn
    this.refuseWhenDisposed()
    this.endChoice()
    this.runner.send({ type: 'restart' })
    await this.untilRunning()
  }

  async use(source: EngineSource): Promise<void> {
    await this.inTurn(async () => {
      if (source === 'context') await this.requireContextEngine()
      this.options.settings.update({ engine: { source } })
      this.endChoice()
      if (source !== this.source) {
        this.runner.send({ type: 'stop' })
        await this.runner.until(isAtRest)
        this.runner.host.release()
        this.source = source
        this.runner = this.makeRunner()
        this.publish()
      }
    })
    await this.start()
  }

  async preconditions(): Promise<Precondition[]> {
    const host = this.source === 'bundled' ? this.runner.host : this.bundledHost()
    return [...(await host.check())]
  }

  eventsLost(): void {
    this.runner.poke()
  }

  log(lines: number): Promise<{ path: string; lines: string[] }> {
    const path = this.options.paths.engineLog
    return Promise.resolve({ path, lines: tailLines(path, lines) })
  }

  async dispose(): Promise<void> {
    this.disposed = true
    await this.turn.catch(() => undefined)
    this.runner.send({ type: 'stop' })
    await this.runner.until(isAtRest)
    this.runner.host.release()
    this.cell.close()
  }

  /** The choice is over: the user asked for this engine. */
  private endChoice(): void {
    if (!this.awaitingChoice) return
    this.awaitingChoice = false
    this.publish()
  }

  private refuseWhenDisposed(): void {
    if (this.disposed) throw new AppError('Cancelled', 'Quayside is quitting.')
  }

  private async untilRunning(): Promise<void> {
    const { runner } = this
    const { state, desired } = await runner.until(
      (machine) =>
        machine.state.name === 'running' || machine.state.name === 'failed' || machine.desired === 'stopped'
    )
    if (state.name === 'failed') throw failureError(state.failure)
    if (desired === 'stopped') throw new AppError('Cancelled', 'The engine was stopped before it ran.')
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work)
    this.turn = done.catch(() => undefined)
    return done
  }

  private makeRunner(): EngineRunner {
    const { log } = this.options
    const host = this.source === 'bundled' ? this.bundledHost() : this.contextHost()
    const runner: EngineRunner = new EngineRunner(host, log, {
      changed: () => this.publish(),
      opened: () => {
        for (const listener of this.running) listener(host.endpoint)
      },
      closed: () => {
        for (const listener of this.notRunning) listener()
      }
    })
    return runner
  }

  private bundledHost(): Host {
    const {
      paths,
      bundleDir,
      log,
      wrap,
      platform = process.platform,
      uid = process.getuid?.()
    } = this.options
    return createBundledHost({ platform, uid }, { paths, bundleDir, logger: log, ...(wrap ? { wrap } : {}) })
  }

  private contextHost(): Host {
    const fallback = { kind: 'unix', path: '/var/run/docker.sock' } as const
    try {
      this.target = this.cliTarget()
      return createExternalHost(this.target.endpoint)
    } catch (error) {
      this.target = null
      return createUnusableHost(fallback, toAppError(error))
    }
  }

  private cliTarget(): CliTarget {
    const { env, platform = process.platform, homeDir = homedir() } = this.options
    return resolveCliTarget({ env, platform, homeDir })
  }

  /** Whether an engine that is not ours answers where the CLI looks. */
  private async lookForContextEngine(): Promise<void> {
    let found: ContextEngine | null = null
    try {
      const { name, host, endpoint } = this.cliTarget()
      if (!(await isOwnEngine(endpoint, this.options.paths, CONTEXT_ANSWER_MS))) {
        found = { name, host, version: (await readVersion(endpoint, CONTEXT_ANSWER_MS)).version }
      }
    } catch (error) {
      this.options.log.debug(`The CLI's engine: ${toAppError(error).message}`, { area: 'engine' })
    }
    this.contextEngine = found
    this.publish()
  }

  private async requireContextEngine(): Promise<void> {
    const { endpoint } = this.cliTarget()
    if (await isOwnEngine(endpoint, this.options.paths, CONTEXT_ANSWER_MS)) {
      throw new AppError('InvalidParameter', 'The docker CLI talks to Quayside’s own engine already.', {
        hint: 'There is no other engine to use: choose another context with `docker context use` first.'
      })
    }
    await this.lookForContextEngine()
    if (this.contextEngine === null) await readVersion(endpoint, CONTEXT_ANSWER_MS)
  }

  /** What the CLI talks to, when that is the engine in use. */
  private connectedContextEngine(): ContextEngine | null {
    const { state } = this.runner.machine
    if (this.source !== 'context' || this.target === null || state.name !== 'running') return null
    return { name: this.target.name, host: this.target.host, version: state.version }
  }

  private publish(): void {
    this.cell.set(this.currentStatus())
  }

  private currentStatus(): EngineStatus {
    const { machine, host } = this.runner
    const contextEngine = this.connectedContextEngine() ?? this.contextEngine
    return {
      state: machine.state,
      desired: machine.desired,
      source: this.source,
      mode: host.mode,
      host: endpointText(host.endpoint),
      contextName: this.source === 'context' ? (this.target?.name ?? null) : null,
      awaitingChoice: this.awaitingChoice,
      contextEngine
    }
  }
}

function isAtRest({ state, desired }: Machine): boolean {
  return state.name === 'stopped' || (state.name === 'failed' && desired === 'stopped')
}

function failureError(failure: { message: string; hint: string; kind: string }): AppError {
  return new AppError('Unavailable', failure.message, { hint: failure.hint, details: { kind: failure.kind } })
}
