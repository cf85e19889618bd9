/** Reads everything the rules judge by, in a handful of bounded requests at once. Called by handlers/containers. */
import { access } from 'node:fs/promises'
import type { StopReport } from '@shared/contract/stop-report'
import type { ContainerInspect, ContainerSummary } from '@shared/docker/container'
import type { DockerClient } from '../docker/client'
import { inspectContainer, listContainers } from '../docker/containers'
import { pastEvents } from '../docker/events'
import { imageConfig } from '../docker/images'
import { tailLogs, type TailLine } from '../docker/log-tail'
import { engineVersion } from '../docker/system'
import { endingOf, type Ending } from './endings'
import type { Evidence } from './evidence'
import { stopReport } from './report'

export interface GatherOptions {
  /** What the events told while the app ran; null when it saw none. */
  readonly ending: Ending | null
  /** Whether the engine's file system is this machine's. */
  readonly local: boolean
  /** The rows at hand; read from the engine when there are none. */
  readonly rows: ReadonlyMap<string, ContainerSummary>
}

const LINES = 60
/** Seconds before its last start that past events are asked from. */
const EVENTS_BEFORE = 60

/** Why this container is not running; null while there is nothing to explain. */
export async function whyStopped(
  client: DockerClient,
  id: string,
  options: GatherOptions,
  signal?: AbortSignal
): Promise<StopReport | null> {
  const inspect = await inspectContainer(client, id, {}, signal)
  const { State } = inspect
  if (State.Status === 'paused' || State.Status === 'removing') return null
  if (State.Status === 'running' && (inspect.RestartCount ?? 0) === 0) return null
  return stopReport(await gather(client, inspect, options, signal), Date.now())
}

async function gather(
  client: DockerClient,
  inspect: ContainerInspect,
  { ending, local, rows }: GatherOptions,
  signal?: AbortSignal
): Promise<Evidence> {
  const id = inspect.Id
  // One part that cannot be read (a log driver without reading, an image that is gone) leaves the others.
  const [image, engine, lines, others, past, missingSources] = await Promise.all([
    orElse(imageConfig(client, inspect.Image, signal), null),
    orElse(engineVersion(client, signal), null),
    orElse<readonly TailLine[]>(
      tailLogs(client, id, { lines: LINES, tty: inspect.Config.Tty === true }, signal),
      []
    ),
    rows.size > 0 ? [...rows.values()] : orElse(listContainers(client, signal), []),
    ending?.died === true ? ending : orElse(endingBefore(client, inspect, signal), null),
    local ? missing(bindSources(inspect)) : []
  ])
  signal?.throwIfAborted()
  return {
    name: inspect.Name.replace(/^\//, ''),
    inspect,
    image,
    engineArch: engine?.Arch ?? '',
    lines,
    ending: past,
    others: others.filter((other) => other.Id !== id),
    missingSources
  }
}

async function orElse<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work
  } catch {
    return otherwise
  }
}

/** What the engine itself remembers of the last end; it keeps its last 256 events. */
async function endingBefore(
  client: DockerClient,
  { Id, State }: ContainerInspect,
  signal?: AbortSignal
): Promise<Ending | null> {
  const [started, finished] = [Date.parse(State.StartedAt), Date.parse(State.FinishedAt)]
  if (Number.isNaN(finished) || finished <= 0) return null
  const since = Math.floor(Math.max(0, started) / 1000) - EVENTS_BEFORE
  const events = await pastEvents(client, Id, since, Math.ceil(finished / 1000) + 2, signal)
  return endingOf(events)
}

/** Folders of the host asked for with `--mount`, which Docker does not create by itself. */
function bindSources({ HostConfig }: ContainerInspect): string[] {
  return (HostConfig.Mounts ?? []).flatMap(({ Type, Source }) => (Type === 'bind' && Source ? [Source] : []))
}

async function missing(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => null,
        (error: unknown) => (isGone(error) ? path : null)
      )
    )
  )
  return found.filter((path) => path !== null)
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
