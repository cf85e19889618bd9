/** The engine as the window sees it: its state, what it needs from the host, its log, and which one is used. */
import { z } from 'zod'
import { call, stream } from './dsl'

/** Why an engine did not start or went away: enough to act on without opening a terminal. */
export const EngineFailure = z.object({
  /** Which part of starting or running failed. */
  step: z.enum(['preparing', 'spawning', 'waiting-for-api', 'running', 'stopping']),
  /** One sentence: what failed. */
  message: z.string(),
  /** One sentence: what to do. */
  hint: z.string(),
  /** The classification of the failure, for example `disk-full`; see main/engine/failures.ts. */
  kind: z.string(),
  /** The command line that was run, for the curious; never holds a secret. */
  command: z.string().optional(),
  exitCode: z.number().int().nullable().optional(),
  signal: z.string().nullable().optional(),
  /** The last lines of the engine's log, 50 at most, oldest first. */
  lastLogLines: z.array(z.string())
})
export type EngineFailure = z.output<typeof EngineFailure>

/** All times are milliseconds since the epoch. */
export const EngineState = z.discriminatedUnion('name', [
  z.object({ name: z.literal('stopped') }),
  z.object({
    name: z.literal('starting'),
    step: z.enum(['preparing', 'spawning', 'waiting-for-api']),
    attempt: z.number().int(),
    since: z.number()
  }),
  z.object({
    name: z.literal('running'),
    version: z.string(),
    apiVersion: z.string(),
    since: z.number(),
    /** Set while the API answers but something behind it does not, for example containerd is restarting. */
    degraded: z.string().nullable()
  }),
  z.object({ name: z.literal('stopping'), since: z.number() }),
  z.object({
    name: z.literal('backoff'),
    attempt: z.number().int(),
    retryAt: z.number(),
    failure: EngineFailure
  }),
  z.object({ name: z.literal('failed'), failure: EngineFailure })
])
export type EngineState = z.output<typeof EngineState>

/** `bundled`: the engine Quayside starts. `context`: the one the docker CLI talks to; never started or stopped here. */
export const EngineSource = z.enum(['bundled', 'context'])
export type EngineSource = z.output<typeof EngineSource>

/** An engine that answers where the docker CLI would look. */
export const ContextEngine = z.object({
  /** Why the CLI would use it: the context's name, or the variable that names it. */
  name: z.string(),
  /** The endpoint as the CLI spells it, for example `unix:///var/run/docker.sock`. */
  host: z.string(),
  version: z.string()
})
export type ContextEngine = z.output<typeof ContextEngine>

export const EngineStatus = z.object({
  state: EngineState,
  desired: z.enum(['running', 'stopped']),
  source: EngineSource,
  /** How the bundled engine runs here; null while another engine is used. */
  mode: z.enum(['rootful', 'rootless']).nullable(),
  /** The endpoint as the docker CLI spells it (`DOCKER_HOST`). */
  host: z.string(),
  /** The context's name when `source` is `context`. */
  contextName: z.string().nullable(),
  /** True until the user has said which of two available engines to use; nothing is started meanwhile. */
  awaitingChoice: z.boolean(),
  /** The engine the docker CLI would use, when one answers there and it is not ours. */
  contextEngine: ContextEngine.nullable()
})
export type EngineStatus = z.output<typeof EngineStatus>

/** One thing the bundled engine needs from the host. */
export const Precondition = z.object({
  /** Stable, for example `cgroups`, `subuid`, `disk`. */
  id: z.string(),
  title: z.string(),
  /** `warning`: the engine starts, something will not work. `failed`: it cannot start. */
  result: z.enum(['ok', 'warning', 'failed']),
  /** One sentence on what was found. */
  detail: z.string(),
  /** What to do, when it is not `ok`; a command where one helps. */
  fix: z.string().nullable(),
  command: z.string().nullable()
})
export type Precondition = z.output<typeof Precondition>

export const engine = {
  watch: stream({ item: EngineStatus, delivery: 'state' }),
  start: call({ result: z.void() }),
  stop: call({ result: z.void() }),
  restart: call({ result: z.void() }),
  /** Switches to the bundled engine or to the CLI's; remembered in the settings. */
  use: call({ params: z.object({ source: EngineSource }), result: z.void() }),
  preconditions: call({ result: z.array(Precondition) }),
  /** The last lines of the bundled engine's log, oldest first. */
  log: call({
    params: z.object({ lines: z.number().int().min(1).max(1000) }),
    result: z.object({ path: z.string(), lines: z.array(z.string()) })
  }),
  /** Shows the log file in the platform's file browser. */
  revealLog: call({ result: z.void() })
}
