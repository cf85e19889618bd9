/**
 * Watches over a running engine, cheaply: every 2 s a glance at its processes in /proc, every 10 s one `/_ping`, every
 * 30 s one `/version` instead (it asks containerd). Run by engine/supervisor.ts while the engine is running. It reports;
 * what is done about it is the state machine's decision. See docs/decisions/0103-health.md.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../platform/logger'
import { findGhosts, lookAtContainerd } from './containerd-health'
import type { EngineEndpoint } from './endpoint'
import type { Failure } from './failures'
import type { EngineParts } from './hosts/host'
import { isAlive, isFrozen, type ProcessId } from './hosts/proc'
import { ping } from './probe'

export interface HealthTarget {
  readonly endpoint: EngineEndpoint
  readonly parts: EngineParts | null
  readonly logger: Logger
  /** What a failure found here may cost: `budget` for our engine, `wait` for another's. */
  readonly retry: 'budget' | 'wait'
}

export interface HealthReports {
  degraded(text: string | null): void
  unusable(failure: Failure): void
}

const GLANCE_MS = 2000
const PING_EVERY = 5
const VERSION_EVERY = 15
const PING_TIMEOUT_MS = 3000
const PINGS = 3
/** dockerd starts a lost containerd again within 20 s; after this long it gets help. */
const SELF_HEAL_MS = 25_000

const DEGRADED = 'containerd is restarting: containers run on, but cannot be started or stopped for a moment.'

/** Watches until `signal` aborts or it has reported `unusable`. `poke` asks for a probe now. */
export function watchHealth(
  target: HealthTarget,
  reports: HealthReports,
  signal: AbortSignal
): { readonly poke: () => void } {
  let wake = new AbortController()
  const watch = new HealthWatch(target, reports, signal)
  const loop = async (): Promise<void> => {
    // The engine has just answered `/version`: the first probe is the one after the first interval.
    for (let glance = 1; !signal.aborted && !watch.over; glance++) {
      const poked = wake.signal.aborted
      if (poked) wake = new AbortController()
      await watch.look(glance, poked)
      await sleep(watch.intervalMs, undefined, { signal: wake.signal, ref: false }).catch(() => undefined)
    }
  }
  // Not AbortSignal.any: on Node 20 each one stays with a long-lived signal for good.
  signal.addEventListener('abort', () => wake.abort(), { once: true })
  void loop()
  return { poke: () => wake.abort() }
}

class HealthWatch {
  over = false
  private containerd: ProcessId | null = null
  private awaySince: number | null = null
  private outage = false

  constructor(
    private readonly target: HealthTarget,
    private readonly reports: HealthReports,
    private readonly signal: AbortSignal
  ) {}

  /** Without processes to glance at there is nothing to do between two pings. */
  get intervalMs(): number {
    return this.target.parts === null ? GLANCE_MS * PING_EVERY : GLANCE_MS
  }

  async look(glance: number, poked: boolean): Promise<void> {
    try {
      const suspicious = this.glance()
      const due = this.target.parts === null || glance % PING_EVERY === 0
      if ((poked || due || suspicious) && !(await this.answers())) return
      if (this.target.parts === null) return
      if (suspicious || this.awaySince !== null || glance % VERSION_EVERY === 0) await this.lookDeeper()
    } catch (error) {
      // The next ping finds out whether it matters.
      this.target.logger.debug(`The health check was cut short: ${(error as Error).message}`, {
        area: 'engine'
      })
    }
  }

  /** True when the processes themselves look wrong. */
  private glance(): boolean {
    const { parts } = this.target
    if (parts === null) return false
    if (this.containerd === null || !isAlive(this.containerd)) {
      const before = this.containerd
      this.containerd = parts.containerd()
      if (before !== null) this.outage = true
      if (before !== null || this.containerd === null) return true
    }
    return isFrozen(this.containerd) || this.dockerdIsFrozen(parts)
  }

  private dockerd: ProcessId | null = null

  private dockerdIsFrozen(parts: EngineParts): boolean {
    if (this.dockerd === null || !isAlive(this.dockerd)) this.dockerd = parts.dockerd()
    return this.dockerd !== null && isFrozen(this.dockerd)
  }

  private async answers(): Promise<boolean> {
    const { endpoint, retry } = this.target
    for (let n = 0; n < PINGS; n++) {
      if (await ping(endpoint, PING_TIMEOUT_MS, this.signal)) return true
      if (this.signal.aborted) return false
      await sleep(300, undefined, { signal: this.signal, ref: false }).catch(() => undefined)
    }
    this.giveUp('unresponsive', 'The engine does not answer any more.', retry)
    return false
  }

  private async lookDeeper(): Promise<void> {
    const { endpoint, logger, retry } = this.target
    const found = await lookAtContainerd(endpoint, this.containerd, this.signal)
    if (this.signal.aborted) return
    if (found === 'ended') logger.warn('containerd hung and was ended.', { area: 'engine' })
    if (found !== 'fine') {
      this.outage = true
      this.awaySince ??= Date.now()
      this.reports.degraded(DEGRADED)
      if (Date.now() - this.awaySince < SELF_HEAL_MS + (found === 'ended' ? 5000 : 0)) return
      this.giveUp('containerd-away', 'The engine lost containerd and did not get it back.', retry)
      return
    }
    this.awaySince = null
    if (this.outage && (await this.hasGhosts())) return
    this.outage = false
    this.reports.degraded(null)
  }

  private async hasGhosts(): Promise<boolean> {
    const { endpoint, parts, retry } = this.target
    if (parts?.seesContainers !== true) return false
    const first = await findGhosts(endpoint, this.signal)
    if (first.length === 0) return false
    // One that ended just now is not a ghost: look again.
    await sleep(1500, undefined, { signal: this.signal, ref: false })
    const second = new Set(await findGhosts(endpoint, this.signal))
    const ghosts = first.filter((id) => second.has(id)).length
    if (ghosts === 0) return false
    this.giveUp(
      'lost-containers',
      `The engine lost track of ${ghosts} container(s) while containerd was away.`,
      retry
    )
    return true
  }

  private giveUp(kind: string, message: string, policy: 'budget' | 'wait'): void {
    if (this.signal.aborted) return
    this.over = true
    const hint = policy === 'wait' ? 'Quayside looks for it again.' : 'Quayside restarts it by itself.'
    this.reports.unusable({ policy, report: { step: 'running', kind, message, hint, lastLogLines: [] } })
  }
}
