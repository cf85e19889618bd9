/**
 * Builds that this app runs: started, watched step by step, cancelled. Their log lines are read through `logs`, as those of
 * containers are (a source is named by `buildLogId`). The builds that the engine remembers are in build-history.ts.
 */
import { z } from 'zod'
import { changeOf } from './changes'
import { call, stream } from './dsl'

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
  /** What BuildKit calls it by, in its history too; empty until that is known. */
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

const Text = z.string().max(8192)
const Lines = z.array(Text).max(500).readonly()

/** Where the result goes. `path` is a file for `tar` and `oci`, a folder for `folder`, unused otherwise; `outputs` alone say it for `other`. */
export const BUILD_OUTPUTS = ['engine', 'push', 'tar', 'oci', 'folder', 'cache', 'other'] as const

/** Every input of `docker buildx build`, in the CLI's own spelling, but for the values of secrets. */
export const BuildInput = z.object({
  context: Text,
  contextKind: z.enum(['folder', 'url', 'tar']),
  /** Within the context; empty for `Dockerfile`. */
  dockerfile: Text,
  /** A Dockerfile that was typed, instead of a file. */
  dockerfileText: z.string().max(1_000_000).nullable(),
  target: Text,
  tags: Lines,
  /** `NAME=value`. */
  buildArgs: Lines,
  /** `id=NAME,src=/file` or `id=NAME,env=VARIABLE`. */
  secrets: Lines,
  /** `default` or `id=/socket`. */
  ssh: Lines,
  platforms: Lines,
  labels: Lines,
  annotations: Lines,
  cacheFrom: Lines,
  cacheTo: Lines,
  /** `NAME=path or address`. */
  contexts: Lines,
  network: z.enum(['default', 'host', 'none']),
  noCache: z.boolean(),
  /** Stages that run anew. */
  noCacheFilter: Lines,
  pull: z.boolean(),
  output: z.enum(BUILD_OUTPUTS),
  outputPath: Text,
  /** More of them, as `--output` takes them. */
  outputs: Lines,
  provenance: z.enum(['default', 'min', 'max', 'off']),
  sbom: z.boolean(),
  /** As `--attest` takes them. */
  attestations: Lines,
  /** `name:address`. */
  addHosts: Lines,
  /** `name=soft:hard`. */
  ulimits: Lines,
  /** A number with or without a unit; empty for the engine's own. */
  shmSize: Text,
  cgroupParent: Text,
  /** Entitlements. */
  allow: Lines,
  /** Empty for the engine's own. */
  builder: Text
})
export type BuildInput = z.output<typeof BuildInput>

/** Values of variables that secrets name, for this one start: they are in no answer and are kept nowhere. */
const SecretValues = z.record(z.string().max(256), z.string().max(1_000_000))

/** Lines of the Dockerfile around the one that failed. */
export const SourceExcerpt = z.object({
  file: z.string(),
  /** The first line that is meant. */
  line: z.number(),
  lines: z.array(z.object({ number: z.number(), text: z.string(), marked: z.boolean() })).readonly()
})
export type SourceExcerpt = z.output<typeof SourceExcerpt>

export const BuildFailure = z.object({
  message: z.string(),
  hint: z.string(),
  /** What buildx itself said, on as many lines as it did. */
  said: z.string(),
  /** The step that failed, and the last lines it printed. */
  step: z.string().nullable(),
  lastLines: z.array(z.string()).readonly(),
  source: SourceExcerpt.nullable()
})
export type BuildFailure = z.output<typeof BuildFailure>

export const BuildWarning = z.object({
  text: z.string(),
  detail: z.string(),
  url: z.string(),
  line: z.number().nullable()
})
export type BuildWarning = z.output<typeof BuildWarning>

/** One build of this app run. */
export const BuildDetail = z.object({
  summary: BuildSummary,
  totals: BuildTotals,
  failure: BuildFailure.nullable(),
  warnings: z.array(BuildWarning).readonly(),
  /** The equal docker command. */
  command: z.string(),
  input: BuildInput,
  /** Variables whose values were typed: they have to be typed again for a rebuild. */
  typedSecrets: z.array(z.string()).readonly(),
  /** Files of the context that may not be read: where they were copied, the image has empty ones. The first twenty. */
  unreadable: z.array(z.string()).readonly(),
  /** What came out: a digest or an image id; empty until then. */
  imageId: z.string()
})
export type BuildDetail = z.output<typeof BuildDetail>

/** `steps` holds those that are other ones than in the item before; the first item holds all. */
export const BuildNews = z.object({ detail: BuildDetail, steps: z.array(BuildStep).readonly() })
export type BuildNews = z.output<typeof BuildNews>

export const DockerfileOutline = z.object({
  /** The file that was read; null for one that cannot be read from here. */
  file: z.string().nullable(),
  stages: z.array(z.object({ name: z.string(), base: z.string(), line: z.number() })).readonly(),
  /** `value` is the default; null for none. */
  args: z.array(z.object({ name: z.string(), value: z.string().nullable(), line: z.number() })).readonly(),
  problem: z.object({ message: z.string(), hint: z.string() }).nullable()
})
export type DockerfileOutline = z.output<typeof DockerfileOutline>

/** What of a context goes over at most, and what its ignore file leaves out. */
export const ContextSize = z.object({
  done: z.boolean(),
  files: z.number(),
  bytes: z.number(),
  ignoredFiles: z.number(),
  ignoredBytes: z.number(),
  /** The ignore file; null for none. */
  ignoreFile: z.string().nullable(),
  /** The largest of what is left out, folders as one. */
  ignored: z.array(z.object({ path: z.string(), bytes: z.number(), files: z.number() })).readonly(),
  /** Of what goes over. */
  largest: z.array(z.object({ path: z.string(), bytes: z.number(), files: z.number() })).readonly(),
  /** Files and folders that may not be read: the build will fail on them. */
  unreadable: z.array(z.string()).readonly()
})
export type ContextSize = z.output<typeof ContextSize>

const One = z.object({ id: z.uuid() })
const Started = z.object({ id: z.string(), taskId: z.string() })

export const builds = {
  /** Starts a build and answers at once; it goes on whatever page is open, as a task too. */
  start: call({ params: z.object({ input: BuildInput, secretValues: SecretValues }), result: Started }),
  /** The same input once more; refused where secrets were typed. */
  rebuild: call({ params: One, result: Started }),
  cancel: call({ params: One, result: z.void() }),
  /** Runs a shell where a failed build stood before the step that failed; answers the container's id. */
  openLastGoodStep: call({ params: One, result: z.object({ containerId: z.string() }) }),
  /** One build as it is and as it goes on. */
  watch: stream({ params: One, item: BuildNews, delivery: 'state' }),
  /** The builds of this app run, newest state. */
  watchAll: stream({ item: changeOf(BuildSummary), delivery: 'state' }),
  outline: call({
    params: BuildInput.pick({ context: true, contextKind: true, dockerfile: true, dockerfileText: true }),
    result: DockerfileOutline
  }),
  /** Walks the folder; leaving the stream stops the walk. */
  measure: stream({
    params: BuildInput.pick({ context: true, dockerfile: true }),
    item: ContextSize,
    delivery: 'latest'
  }),
  /** Asks for a file or a folder; null when the user cancelled. */
  choose: call({
    params: z.object({
      what: z.enum(['context', 'tar', 'dockerfile', 'secret', 'output-file', 'output-folder'])
    }),
    result: z.string().nullable()
  })
}
