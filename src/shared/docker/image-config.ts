/** An image's configuration as the OCI image specification defines it: what `docker inspect` shows in parts, and its history. */
import { z } from 'zod'

const strings = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? [])
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const keys = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((map) => Object.keys(map ?? {}))

export const HistoryEntry = z.object({
  created: text,
  created_by: text,
  author: text,
  comment: text,
  empty_layer: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false)
})
export type HistoryEntry = z.output<typeof HistoryEntry>

/** Durations in nanoseconds; 0 is "as the parent or the default has it". */
export const Healthcheck = z.object({
  Test: strings,
  Interval: z.number().nullish(),
  Timeout: z.number().nullish(),
  StartPeriod: z.number().nullish(),
  StartInterval: z.number().nullish(),
  Retries: z.number().nullish()
})
export type Healthcheck = z.output<typeof Healthcheck>

export const RunConfig = z.object({
  User: text,
  /** `8080/tcp` */
  ExposedPorts: keys,
  Env: strings,
  Entrypoint: strings,
  Cmd: strings,
  Volumes: keys,
  WorkingDir: text,
  Labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((map) => map ?? {}),
  StopSignal: text,
  Healthcheck: Healthcheck.nullish().transform((value) => value ?? null),
  Shell: strings,
  OnBuild: strings
})
export type RunConfig = z.output<typeof RunConfig>

const noConfig = RunConfig.parse({})

export const ImageConfig = z.object({
  architecture: text,
  os: text,
  variant: text,
  created: text,
  author: text,
  config: RunConfig.nullish().transform((value) => value ?? noConfig),
  rootfs: z
    .object({ diff_ids: strings })
    .nullish()
    .transform((value) => value ?? { diff_ids: [] }),
  history: z
    .array(HistoryEntry)
    .max(10_000)
    .nullish()
    .transform((list) => list ?? [])
})
export type ImageConfig = z.output<typeof ImageConfig>
