/** The words of the engine's state machine: events, effects and what it remembers. Used by machine.ts and its runner. */
import type { EngineState } from '@shared/contract/engine'
import type { Failure } from './failures'

export type TimerName = 'deadline' | 'kill' | 'retry' | 'stable'

export type MachineEvent = { readonly at: number } & (
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'restart' }
  | { readonly type: 'timer'; readonly timer: TimerName }
  | { readonly type: 'prepared'; readonly generation: number }
  /** Preparing found our engine running already; it is used as it is. */
  | { readonly type: 'adopted'; readonly generation: number }
  | { readonly type: 'spawned'; readonly generation: number }
  /** Preparing or spawning failed: there is no process. */
  | { readonly type: 'notStarted'; readonly generation: number; readonly failure: Failure }
  | {
      readonly type: 'apiReady'
      readonly generation: number
      readonly version: string
      readonly apiVersion: string
    }
  | { readonly type: 'exited'; readonly generation: number; readonly failure: Failure }
  /** The process is there but does not answer, or must be restarted to become whole again. */
  | { readonly type: 'unusable'; readonly generation: number; readonly failure: Failure }
  | { readonly type: 'degraded'; readonly generation: number; readonly text: string | null }
  /** Termination is under way and may take this long. */
  | { readonly type: 'terminating'; readonly generation: number; readonly graceMs: number }
  | { readonly type: 'cleaned'; readonly generation: number }
)

export type Effect =
  | { readonly type: 'prepare'; readonly generation: number }
  | { readonly type: 'cancelPrepare' }
  | { readonly type: 'spawn'; readonly generation: number }
  | { readonly type: 'probe'; readonly generation: number }
  | { readonly type: 'terminate'; readonly generation: number; readonly keepContainers: boolean }
  | { readonly type: 'kill'; readonly generation: number }
  | { readonly type: 'cleanup'; readonly generation: number; readonly keepContainers: boolean }
  | { readonly type: 'arm'; readonly timer: TimerName; readonly ms: number }
  | { readonly type: 'disarm'; readonly timer: TimerName }
  /** The API became usable, or stopped being so. */
  | { readonly type: 'opened'; readonly generation: number }
  | { readonly type: 'closed' }

export interface Machine {
  readonly state: EngineState
  readonly desired: 'running' | 'stopped'
  readonly generation: number
  /** Whether a process of this generation exists, or may come to exist from a spawn under way. */
  readonly process: 'none' | 'spawning' | 'alive'
  /** When the engine ended by itself, within the budget's window. */
  readonly crashes: readonly number[]
  readonly triedOnce: boolean
  readonly attempt: number
  /** Why we are stopping an engine that is wanted; null when the user asked. */
  readonly ending: Failure | null
  /** Whether the process is gone and what it left is being removed. */
  readonly cleaning: boolean
  readonly kills: number
}
