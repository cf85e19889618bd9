/**
 * The one seam between the supervisor and a platform: how an engine is checked, found, started and ended here. The
 * implementations are beside this file; only engine/supervisor.ts calls them. A host keeps no state of the engine's
 * life: what it knows comes from the disk and from /proc, so that a new app finds what an old one left.
 */
import type { EngineFailure, Precondition } from '@shared/contract/engine'
import type { EngineEndpoint } from '../endpoint'
import type { Exit } from '../failures'
import type { ProcessId } from './proc'

/** A running engine, started by us or found running. */
export interface EngineProcess {
  /** null for an engine that is not ours. */
  readonly pid: number | null
  readonly adopted: boolean
  /** The command line, for a failure's report. */
  readonly command: string
  /** Settles when the process is gone; never rejects. Never settles for an engine that is not ours. */
  readonly exited: Promise<Exit>
}

export type Prepared =
  | { readonly kind: 'ready' }
  /** Our engine runs already (the app was killed, not the engine): use it as it is. */
  | { readonly kind: 'adopted'; readonly process: EngineProcess }

export interface Terminated {
  /** Milliseconds the engine may take to end before it is killed. */
  readonly graceMs: number
}

export interface EngineParts {
  /** dockerd itself, which may be below the process we watch. */
  dockerd(): ProcessId | null
  containerd(): ProcessId | null
  /** True when the pids the engine tells of its containers are pids here. */
  readonly seesContainers: boolean
}

export interface Host {
  readonly mode: 'rootful' | 'rootless' | null
  readonly endpoint: EngineEndpoint
  /** What the engine needs from this machine; never throws. */
  check(): Promise<readonly Precondition[]>
  /** Makes the ground ready, and finds an engine of ours that runs. Throws an AppError that says what is in the way. */
  prepare(signal: AbortSignal): Promise<Prepared>
  spawn(): Promise<EngineProcess>
  /** Asks the engine to end; with `keepContainers` it leaves them running, where the host can do that. */
  terminate(process: EngineProcess, keepContainers: boolean): Promise<Terminated>
  /** Ends the engine's process at once. */
  kill(process: EngineProcess): Promise<void>
  /** After the process is gone: removes what an engine must not leave. Never touches the data root's content. */
  cleanup(keepContainers: boolean): Promise<void>
  /** Called once the API answers. */
  settled(): void
  /** What the health check may look at beside the API; null for an engine whose processes are not here. */
  readonly parts: EngineParts | null
  /** The last lines the engine wrote since it was started, oldest first. */
  lastLogLines(count: number): readonly string[]
  /** Lets go of the engine's folder, so that another Quayside may use it. */
  release(): void
  /** How a failure of this host is retried when the machine cannot know better. */
  readonly retry: 'budget' | 'wait'
}

/** The step a failure belongs to. */
export type FailureStep = EngineFailure['step']
