/**
 * Builds that this app runs: started, watched step by step, cancelled. Their log lines are read through `logs`, as those of
 * containers are (a source is named by {@link buildLogId}). The builds that the engine remembers are in build-history.ts.
 */
import { z } from 'zod'

export const BUILD_STATES = ['Running', 'Done', 'Error', 'Canceled'] as const
export const BuildState = z.enum(BUILD_STATES)
export type BuildState = z.output<typeof BuildState>

/** The words of the list "Steps". */
export const STEP_STATES = ['Cached', 'Running', 'Done', 'Error', 'Canceled'] as const
export const StepState = z.enum(STEP_STATES)
export type StepState = z.output<typeof StepState>

/** One vertex of BuildKit that has begun. Times are milliseconds since the epoch, with fractions. */
export const BuildStep = z.object({
  /** The vertex's digest. */
  id: z.string(),
  /** From 1, in the order in which the steps began. */
  number: z.number(),
  /** The vertex's name, as the CLI prints it. */
  text: z.string(),
  /** Empty for a step of no named stage. */
  stage: z.string(),
  /** Empty unless the build is for several. */
  platform: z.string(),
  state: StepState,
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  /** What it took, pauses left out; null while it runs. */
  tookMs: z.number().nullable(),
  /** Transferred so far: of the context, of layers. */
  bytes: z.number(),
  /** 0 while it is not known. */
  totalBytes: z.number(),
  error: z.string(),
  logLines: z.number(),
  warnings: z.number()
})
export type BuildStep = z.output<typeof BuildStep>

export const BuildTotals = z.object({
  /** All that BuildKit has named, those that have not begun included. */
  steps: z.number(),
  completed: z.number(),
  cached: z.number(),
  /** From the first beginning to the last end. */
  realMs: z.number(),
  /** What all steps took, added up. */
  addedMs: z.number(),
  bytes: z.number()
})
export type BuildTotals = z.output<typeof BuildTotals>

/** A build as a row tells it: of this app's builds and of the engine's history alike. */
export const BuildSummary = z.object({
  Id: z.string(),
  /** BuildKit's reference (`builder/node/id`, or its last part); empty until it is known. */
  ref: z.string(),
  /** The first tag, or what the build is called without one. */
  name: z.string(),
  tags: z.array(z.string()).readonly(),
  state: BuildState,
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  /** null while it runs. */
  durationMs: z.number().nullable(),
  stepsTotal: z.number(),
  stepsCached: z.number(),
  stepsDone: z.number(),
  /** As it was given; `Dockerfile` when nothing was. */
  dockerfile: z.string(),
  /** A folder, an address, or a file. */
  context: z.string(),
  target: z.string(),
  builder: z.string()
})
export type BuildSummary = z.output<typeof BuildSummary>
