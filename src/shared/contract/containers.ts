/** Containers: the list as it changes, one-click verbs, running a new one, and live figures of one. */
import { z } from 'zod'
import { ContainerInspect, ContainerStats, ContainerSummary } from '../docker/container-schema'
import { HealthCheck, HealthState } from '../docker/inspect-schema'
import { STATS_FIELDS, type StatsField } from '../docker/stats-history'
import { changeOf } from './changes'
import { call, stream } from './dsl'
import { StopReport } from './stop-report'

/** A full container id, as the engine lists them. */
export const ContainerId = z.string().regex(/^[0-9a-f]{64}$/)
const byId = z.object({ id: ContainerId })

/** What `docker rm` would take away, asked before it is done. */
export const RemovalPreview = z.object({
  Id: z.string(),
  name: z.string(),
  state: z.string(),
  /** Bytes written into the container's own layer. */
  sizeRwBytes: z.number(),
  /** Volumes without a name that nothing else would use. */
  anonymousVolumes: z.array(z.string()),
  /** Named volumes and host folders that stay. */
  keptMounts: z.array(z.string())
})
export type RemovalPreview = z.output<typeof RemovalPreview>

/** The run dialog's form, in the words of `docker run`. */
export const RunOptions = z.object({
  image: z.string().min(1).max(4096),
  /** Empty: the engine makes one up. */
  name: z.string().max(4096),
  /** Arguments after the image; empty: the image's own command. */
  command: z.array(z.string().max(131072)).max(1000),
  /** `-p` values, for example `8080:80` or `127.0.0.1:8443:443/tcp`. */
  ports: z.array(z.string().max(256)).max(1000),
  /** `KEY=value`. */
  env: z.array(z.string().max(131072)).max(1000),
  /** `-v` values: `volume-or-folder:/path[:ro]`. */
  volumes: z.array(z.string().max(8192)).max(1000),
  /** Host folders that do not exist are made, as `docker run -v` does; otherwise they are an error. */
  createFolders: z.boolean()
})
export type RunOptions = z.output<typeof RunOptions>

const rates = Object.fromEntries(STATS_FIELDS.map((field) => [field, z.number()])) as Record<
  StatsField,
  z.ZodNumber
>
/** First the whole history of a container, then what is added to it. `latest` is as in `stats`. */
export const StatsNews = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    /** As {@link StatsHistory.levels} of shared/docker/stats-history.ts gives them. */
    levels: z.array(
      z.object({
        stepMs: z.number(),
        at: z.instanceof(Float64Array),
        spanMs: z.instanceof(Float32Array),
        values: z.array(z.instanceof(Float32Array)).readonly()
      })
    ),
    latest: ContainerStats.nullable()
  }),
  z.object({
    type: z.literal('points'),
    points: z.array(z.object({ at: z.number(), spanMs: z.number(), ...rates })),
    latest: ContainerStats.nullable()
  })
])
export type StatsNews = z.output<typeof StatsNews>

export const containers = {
  watch: stream({ item: changeOf(ContainerSummary), delivery: 'state' }),
  inspect: call({ params: byId, result: ContainerInspect }),
  /** What `docker inspect` prints, character for character; 8 MiB at most. */
  inspectText: call({ params: byId, result: z.object({ text: z.string() }) }),
  /** The host folders behind its volumes, by volume name: those that a volume's own options bind. */
  volumeHostPaths: call({ params: byId, result: z.record(z.string(), z.string()) }),
  /** Its health check and what the probes say, now and after each of them. */
  health: stream({
    params: byId,
    item: z.object({ check: HealthCheck.nullable(), state: HealthState.nullable() }),
    delivery: 'latest'
  }),
  /** Why it is not running; null while there is nothing to explain. */
  whyStopped: call({ params: byId, result: StopReport.nullable() }),
  start: call({ params: byId, result: z.void() }),
  stop: call({ params: byId, result: z.void() }),
  restart: call({ params: byId, result: z.void() }),
  pause: call({ params: byId, result: z.void() }),
  unpause: call({ params: byId, result: z.void() }),
  removalPreview: call({
    params: z.object({ ids: z.array(ContainerId).min(1).max(10_000) }),
    result: z.array(RemovalPreview)
  }),
  /** `force` stops a running one first; `volumes` takes its anonymous volumes along. */
  remove: call({
    params: z.object({ id: ContainerId, force: z.boolean(), volumes: z.boolean() }),
    result: z.void()
  }),
  /** Creates and starts; the image is pulled first when it is not there. Answers the new container's id. */
  run: call({
    params: RunOptions,
    result: z.object({ id: z.string(), warnings: z.array(z.string()) })
  }),
  /** Opens a published port of the container in the browser; answers the address. */
  openPort: call({
    params: z.object({ id: ContainerId, privatePort: z.number().int().min(1).max(65535) }),
    result: z.object({ url: z.string() })
  }),
  /** The newest figures; null while the container has none (it does not run, or the engine does not say). */
  stats: stream({ params: byId, item: ContainerStats.nullable(), delivery: 'latest' }),
  /** What it used over the app's run, and as it goes on; also of one that stopped or was removed. */
  statsHistory: stream({ params: byId, item: StatsNews, delivery: 'state' })
}
