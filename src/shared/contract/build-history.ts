/** The history of builds that the engine's BuildKit keeps, whoever started them: buildx, compose, Quayside. */
import { z } from 'zod'
import { BuildStep, BuildSummary, BuildTotals } from './builds'
import { changeOf } from './changes'
import { call, stream } from './dsl'
import { LogSpan } from './logs'

/** What BuildKit calls a build by; `buildx history` prints it too. */
export const BuildRef = z.string().regex(/^[a-z0-9]{10,64}$/)
const byRef = z.object({ ref: BuildRef })
/** A build of the engine, or one out of a file that was opened. */
const AnyBuildRef = z.union([BuildRef, z.string().regex(/^file-[0-9a-f]{16}-\d{1,4}$/)])
const byAnyRef = z.object({ ref: AnyBuildRef })

/** One build as the list has it; `steps…` are zeros while it runs, because BuildKit counts at the end. */
export const BuildRecord = BuildSummary.extend({
  completedAt: z.number().nullable(),
  warnings: z.number(),
  /** Kept when BuildKit clears its history. */
  pinned: z.boolean(),
  /** One line; empty when it did not fail. */
  error: z.string()
})
export type BuildRecord = z.output<typeof BuildRecord>

export const BuildPair = z.object({ name: z.string(), value: z.string() })
export type BuildPair = z.output<typeof BuildPair>

/** One file the build was made from, with the lines that failed (from 1). */
export const BuildSource = z.object({
  name: z.string(),
  text: z.string(),
  /** The file was longer than what is shown. */
  cut: z.boolean(),
  failed: z.array(z.object({ from: z.number(), to: z.number() }))
})
export type BuildSource = z.output<typeof BuildSource>

export const BuildAttachment = z.object({
  digest: z.string(),
  mediaType: z.string(),
  /** Of in-toto documents: what they are about. */
  predicate: z.string(),
  platform: z.string(),
  sizeBytes: z.number()
})
export type BuildAttachment = z.output<typeof BuildAttachment>

/** What one build was made from and what it made. Secrets are in none of it: BuildKit keeps their names only. */
export const PastBuild = z.object({
  record: BuildRecord,
  frontend: z.string(),
  platforms: z.array(z.string()),
  revision: z.string(),
  repository: z.string(),
  args: z.array(BuildPair),
  labels: z.array(BuildPair),
  contexts: z.array(BuildPair),
  /** Everything else the frontend was told, in its own words. */
  options: z.array(BuildPair),
  outputs: z.array(BuildPair),
  /** What was read from outside, with its digest. */
  materials: z.array(z.object({ uri: z.string(), digest: z.string() })),
  sources: z.array(BuildSource),
  attachments: z.array(BuildAttachment),
  /** Digests of what came out, or the id of the image; empty when it is not known (any more). */
  result: z.array(z.string()),
  /** What the builder said when it failed, whole. */
  error: z.string()
})
export type PastBuild = z.output<typeof PastBuild>

export const BuildLine = z.object({
  /** The number of the step that printed it. */
  step: z.number(),
  text: z.string(),
  /** Its colours; none for most lines. */
  spans: z.array(LogSpan).readonly()
})
export type BuildLine = z.output<typeof BuildLine>

/** What is new of a build: its steps as they are now, and the lines since the item before. */
export const BuildProgress = z.object({
  steps: z.array(BuildStep),
  lines: z.array(BuildLine),
  totals: BuildTotals,
  warnings: z.array(
    z.object({ text: z.string(), detail: z.string(), url: z.string(), line: z.number().nullable() })
  ),
  ended: z.boolean()
})
export type BuildProgress = z.output<typeof BuildProgress>

export const buildHistory = {
  /** All builds, then what changes: a build that begins, ends or is deleted appears by itself. */
  watch: stream({ item: changeOf(BuildRecord), delivery: 'state' }),
  inspect: call({ params: byAnyRef, result: PastBuild }),
  /** Steps of a build, and its lines unless only steps are asked for, from its beginning; ends with it. */
  progress: stream({
    params: byAnyRef.extend({ stepsOnly: z.boolean().exactOptional() }),
    item: BuildProgress,
    delivery: 'lossless'
  }),
  /** One attachment as text, laid out. */
  attachment: call({
    params: byAnyRef.extend({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) }),
    result: z.object({ text: z.string(), cut: z.boolean() })
  }),
  remove: call({ params: byRef, result: z.void() }),
  pin: call({ params: byRef.extend({ pinned: z.boolean() }), result: z.void() }),
  /** Asks for a `.dockerbuild` file and reads it; null when the user cancelled. The engine is told nothing of it. */
  open: call({ result: z.array(BuildRecord).readonly().nullable() }),
  /** Forgets the file of an opened build; answers which builds went with it. */
  close: call({ params: byAnyRef, result: z.array(z.string()).readonly() }),
  /** Asks for a file and writes these builds into it, as a task; null when the user cancelled. */
  export: call({
    params: z.object({ refs: z.array(BuildRef).min(1).max(500).readonly(), name: z.string().max(500) }),
    result: z.object({ taskId: z.string() }).nullable()
  })
}
