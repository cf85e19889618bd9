/** The host and the engine as a whole: `docker info`, live use, disk usage. */
import { z } from 'zod'
import { call, stream } from './dsl'

/** One line of `docker info`, or one group of lines under it. */
export interface InfoEntry {
  readonly label: string
  readonly value: string
  readonly children?: readonly InfoEntry[] | undefined
}
export const InfoEntry: z.ZodType<InfoEntry> = z.lazy(() =>
  z.object({ label: z.string(), value: z.string(), children: z.array(InfoEntry).optional() })
)

/** The server section of `docker info`, in the CLI's order and words, gathered under headings for reading. */
export const SystemInfo = z.object({
  groups: z.array(z.object({ title: z.string(), entries: z.array(InfoEntry) })),
  /** Verbatim, as the CLI prints them after the rest. */
  warnings: z.array(z.string())
})
export type SystemInfo = z.output<typeof SystemInfo>

/** Use of something that has a limit; `total` 0 means the limit is unknown. */
const Use = z.object({ used: z.number(), total: z.number() })

/** A sample of the machine Quayside runs on, and of the engine on it. Bytes, and percent of all cores. */
export const Usage = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  host: z.object({
    cpuPercent: z.number(),
    cpus: z.number(),
    memoryBytes: Use,
    /** The file system that holds the engine's data. */
    diskBytes: Use
  }),
  /** null while no engine runs, or where it cannot be seen (another machine). */
  engine: z
    .object({
      /** dockerd, containerd and their shims; percent of all cores. */
      cpuPercent: z.number(),
      memoryBytes: z.number()
    })
    .nullable()
})
export type Usage = z.output<typeof Usage>

/** One line of `docker system df`. */
export const DiskUsageRow = z.object({
  kind: z.enum(['Images', 'Containers', 'Local Volumes', 'Build Cache']),
  total: z.number(),
  active: z.number(),
  sizeBytes: z.number(),
  reclaimableBytes: z.number()
})
export type DiskUsageRow = z.output<typeof DiskUsageRow>

export const system = {
  /** The info as it is now and after every change of containers, images, plugins or the daemon. */
  watchInfo: stream({ item: SystemInfo, delivery: 'state' }),
  /** Character for character what the bundled `docker info` prints from `Server:` on. */
  infoText: call({ result: z.string() }),
  /** `close`: for charts that somebody looks at; `glance`: for a figure at the edge of the window. */
  usage: stream({
    params: z.object({ pace: z.enum(['close', 'glance']) }),
    item: Usage,
    delivery: 'latest'
  }),
  diskUsage: call({ result: z.array(DiskUsageRow) })
}
