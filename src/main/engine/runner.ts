/**
 * Runs one host's engine: feeds events to the state machine one at a time and carries its effects out. Made by
 * engine/supervisor.ts, one per host; it decides nothing itself. Jobs on the host are done one after another, so that a
 * late preparation never meets a new start; only ending a process may overtake.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@shared/errors'
import { createCell } from '../platform/cell'
import type { Logger } from '../platform/logger'
import { tellingLines } from './crash-trace'
import { classify, failureFrom, type Exit, type Failure } from './failures'
import { watchHealth } from './health'
import type { EngineProcess, FailureStep, Host } from './hosts'
import { initialMachine, transition } from './machine'
import type { Effect, Machine, MachineEvent, TimerName } from './machine-types'
import { readVersion } from './probe'

/** What the runner's owner is told. */
export interface RunnerReports {
  changed(): void
  opened(): void
  closed(): void
}

type Untimed<E> = E extends unknown ? Omit<E, 'at'> : never
type EventInput = Untimed<MachineEvent>

const LOG_LINES = 50
/** A crash prints the stacks of all goroutines. */
const TRACE_LINES = 3000

export class EngineRunner {
  process: EngineProcess | null = null
  private readonly cell = createCell<Machine>(initialMachine)
  private readonly queue: EventInput[] = []
  private busy = false
  private jobs: Promise<void> = Promise.resolve()
  private readonly timers = new Map<TimerName, AbortController>()
  private preparing = new AbortController()
  private probing = new AbortController()
  private health: { readonly poke: () => void; readonly stop: () => void } | null = null

  constructor(
    readonly host: Host,
    private readonly logger: Logger,
    private readonly reports: RunnerReports
  ) {}

  get machine(): Machine {
    return this.cell.current
  }

  /** Takes one event; those that come while one is handled wait their turn. */
  send(event: EventInput): void {
    this.queue.push(event)
    if (this.busy) return
    this.busy = true
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) this.handle(next)
    } finally {
      this.busy = false
    }
  }

  /** Settles when `reached` is true of the machine; rejects with `Cancelled` when `signal` aborts first. */
  async until(
    reached: (machine: Machine) => boolean,
    signal = new AbortController().signal
  ): Promise<Machine> {
    for await (const machine of this.cell.watch(signal)) if (reached(machine)) return machine
    throw new AppError('Cancelled', 'Cancelled.')
  }

  /** Something lost its connection: look now whether the engine still answers. */
  poke(): void {
    this.health?.poke()
  }

  private handle(input: EventInput): void {
    const before = this.cell.current
    const { machine, effects } = transition(before, { ...input, at: Date.now() })
    this.log(input, before, machine)
    this.cell.set(machine)
    for (const effect of effects) this.perform(effect)
    if (machine !== before) this.reports.changed()
  }

  private log(event: EventInput, before: Machine, after: Machine): void {
    if (before.state === after.state) return
    const { state } = after
    const failure = state.name === 'failed' || state.name === 'backoff' ? state.failure : undefined
    this.logger.info(failure?.message ?? `The engine is ${state.name}.`, {
      area: 'engine',
      event: event.type,
      state: state.name === 'starting' ? `starting/${state.step}` : state.name,
      attempt: after.attempt,
      ...(failure === undefined ? {} : { kind: failure.kind })
    })
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case 'prepare':
        this.prepare(effect.generation)
        break
      case 'cancelPrepare':
        this.preparing.abort()
        break
      case 'spawn':
        this.spawn(effect.generation)
        break
      case 'probe':
        void this.probe(effect.generation)
        break
      case 'terminate':
        void this.terminate(effect.generation, effect.keepContainers)
        break
      case 'kill':
        if (this.process !== null) void this.host.kill(this.process).catch(() => undefined)
        break
      case 'cleanup':
        this.cleanup(effect.generation, effect.keepContainers)
        break
      case 'arm':
        this.arm(effect.timer, effect.ms)
        break
      case 'disarm':
        this.timers.get(effect.timer)?.abort()
        break
      case 'opened':
        this.open(effect.generation)
        break
      case 'closed':
        this.health?.stop()
        this.health = null
        this.reports.closed()
    }
  }

  /** Jobs on the host, strictly one after another. */
  private job(work: () => Promise<void>): void {
    this.jobs = this.jobs.then(work).catch((error: unknown) => {
      this.logger.error('A step of the engine’s supervision failed.', { area: 'engine' }, error)
    })
  }

  private prepare(generation: number): void {
    this.preparing = new AbortController()
    const { signal } = this.preparing
    this.job(async () => {
      try {
        const prepared = await this.host.prepare(signal)
        if (prepared.kind === 'ready') this.send({ type: 'prepared', generation })
        else this.watchProcess(prepared.process, generation, 'adopted')
      } catch (error) {
        const policy = this.host.retry === 'wait' ? 'wait' : 'never'
        this.notStarted(generation, failureFrom('preparing', error, policy), error)
      }
    })
  }

  private spawn(generation: number): void {
    this.job(async () => {
      try {
        this.watchProcess(await this.host.spawn(), generation, 'spawned')
      } catch (error) {
        this.notStarted(generation, failureFrom('spawning', error), error)
      }
    })
  }

  private notStarted(generation: number, failure: Failure, error: unknown): void {
    this.logger.warn('The engine was not started.', { area: 'engine', kind: failure.report.kind }, error)
    this.send({ type: 'notStarted', generation, failure })
  }

  private watchProcess(process: EngineProcess, generation: number, type: 'adopted' | 'spawned'): void {
    this.process = process
    void process.exited.then((exit) => {
      if (this.process === process) this.process = null
      this.probing.abort()
      this.send({ type: 'exited', generation, failure: this.exitFailure(process, exit) })
    })
    this.send({ type, generation })
  }

  private exitFailure(process: EngineProcess, exit: Exit): Failure {
    const { state } = this.machine
    const step: FailureStep =
      state.name === 'running' ? 'running' : state.name === 'stopping' ? 'stopping' : 'waiting-for-api'
    const lastLogLines = [...tellingLines(this.host.lastLogLines(TRACE_LINES), LOG_LINES)]
    const { policy, kind, message, hint } = classify(exit, lastLogLines, step !== 'waiting-for-api')
    return {
      policy: this.host.retry === 'wait' ? 'wait' : policy,
      report: { step, kind, message, hint, lastLogLines, command: process.command, ...exit }
    }
  }

  /** Asks until the API answers; the machine's deadline ends it. */
  private async probe(generation: number): Promise<void> {
    this.probing = new AbortController()
    const { signal } = this.probing
    const { endpoint } = this.host
    for (let n = 0; !signal.aborted && this.awaitsApi(generation); n++) {
      const found = await readVersion(endpoint, 5000, signal).catch(() => null)
      if (found !== null) {
        this.host.settled()
        const { version, apiVersion } = found
        this.send({ type: 'apiReady', generation, version, apiVersion })
        return
      }
      await sleep(n < 40 ? 50 : 250, undefined, { signal }).catch(() => undefined)
    }
  }

  private awaitsApi(generation: number): boolean {
    const { state, generation: current } = this.machine
    return current === generation && state.name === 'starting' && state.step === 'waiting-for-api'
  }

  private async terminate(generation: number, keepContainers: boolean): Promise<void> {
    if (this.process === null) return
    try {
      const { graceMs } = await this.host.terminate(this.process, keepContainers)
      this.send({ type: 'terminating', generation, graceMs })
    } catch (error) {
      // The kill timer is armed already.
      this.logger.warn('The engine could not be asked to end.', { area: 'engine' }, error)
    }
  }

  private cleanup(generation: number, keepContainers: boolean): void {
    this.job(async () => {
      await this.host.cleanup(keepContainers).catch((error: unknown) => {
        this.logger.warn('Not everything the engine left could be removed.', { area: 'engine' }, error)
      })
      this.send({ type: 'cleaned', generation })
    })
  }

  private arm(timer: TimerName, ms: number): void {
    this.timers.get(timer)?.abort()
    const stop = new AbortController()
    this.timers.set(timer, stop)
    sleep(ms, undefined, { signal: stop.signal }).then(
      () => this.send({ type: 'timer', timer }),
      () => undefined
    )
  }

  private open(generation: number): void {
    const stop = new AbortController()
    const { endpoint, parts, retry } = this.host
    const reports = {
      degraded: (text: string | null) => this.send({ type: 'degraded', generation, text }),
      unusable: (failure: Failure) => {
        const { report } = failure
        const lastLogLines = [...this.host.lastLogLines(LOG_LINES)]
        this.send({
          type: 'unusable',
          generation,
          failure: { ...failure, report: { ...report, lastLogLines } }
        })
      }
    }
    const { poke } = watchHealth({ endpoint, parts, retry, logger: this.logger }, reports, stop.signal)
    this.health = { poke, stop: () => stop.abort() }
    this.reports.opened()
  }
}
