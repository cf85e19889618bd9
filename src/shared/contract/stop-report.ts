/** Why a container is not running, as main found out: for the region "Why it stopped". */
import { z } from 'zod'

/** The run dialog's form, filled in: see RunOptions for what each field means. */
export const RunDraft = z.object({
  image: z.string(),
  name: z.string(),
  command: z.array(z.string()),
  ports: z.array(z.string()),
  env: z.array(z.string()),
  volumes: z.array(z.string())
})
export type RunDraft = z.output<typeof RunDraft>

/** A next step the page can take with one click. */
export const StopAction = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start') }),
  /** Opens a tab of the container's page, where there is one. */
  z.object({
    type: z.literal('tab'),
    tab: z.enum(['logs', 'health', 'inspect', 'files']),
    label: z.string()
  }),
  /** Opens another container's page. */
  z.object({ type: z.literal('container'), id: z.string(), label: z.string() }),
  /** Opens the run dialog with the form filled in; `leftOut` is what the form has no place for, in words. */
  z.object({ type: z.literal('run'), label: z.string(), options: RunDraft, leftOut: z.array(z.string()) })
])
export type StopAction = z.output<typeof StopAction>

/** The likely cause; `id` is the rule that found it. */
export const StopCause = z.object({
  id: z.string(),
  /** One sentence: what happened. */
  sentence: z.string(),
  /** What to do about it; null when there is nothing to do. */
  hint: z.string().nullable(),
  /** The lines of the log or of the engine that say so. */
  evidence: z.array(z.string()),
  actions: z.array(StopAction),
  /** A command worth copying, where no button does it. */
  command: z.string().nullable()
})
export type StopCause = z.output<typeof StopCause>

export const StopReport = z.object({
  /** True when it ended as it should or as somebody wished: no error. */
  expected: z.boolean(),
  cause: StopCause,
  /** "Exit code 137: it was killed (SIGKILL)". */
  exit: z.string(),
  exitCode: z.number().int(),
  /** `SIGKILL` …; null when it was not a signal that ended it. */
  signal: z.string().nullable(),
  oomKilled: z.boolean(),
  /** What its health check said last; null when it has none. */
  health: z.string().nullable(),
  /** null while its restart policy has not started it again. */
  restarts: z
    .object({
      count: z.number().int(),
      policy: z.string(),
      /** From one end to the next, on average; null when that is not known. */
      everyMs: z.number().nullable(),
      /** Whether Docker goes on starting it. */
      goesOn: z.boolean()
    })
    .nullable(),
  /** Milliseconds since the epoch, by the engine's clock; null when it never ran. */
  finishedAt: z.number().nullable(),
  /** The last lines it wrote, errors first; at most twenty. */
  lines: z.array(z.object({ source: z.enum(['stdout', 'stderr']), text: z.string() }))
})
export type StopReport = z.output<typeof StopReport>
