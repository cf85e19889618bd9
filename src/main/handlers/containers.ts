/** Containers for the page. Thin: the work is in docker/ and resources/; here errors learn what was attempted. */
import { containerName, shortId } from '@shared/docker/container'
import { layOutJson } from '@shared/docker/json-text'
import { oneLine } from '@shared/docker/text'
import { AppError, attempted } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import {
  inspectContainer,
  inspectContainerText,
  listContainersById,
  pauseContainer,
  removeContainer,
  restartContainer,
  startContainer,
  stopContainer,
  unpauseContainer
} from '../docker/containers'
import { previewContainerRemoval } from '../docker/removal'
import { runContainer } from '../docker/run'
import { volumeHostPaths } from '../docker/volumes'
import type { Credentials } from '../docker/registry-credentials'
import type { Handlers } from '../ipc/handler'
import { watchHealth } from '../resources/health-watch'
import type { EngineSession } from '../resources/session'
import type { StatsRecorder } from '../stats/recorder'
import type { Endings } from '../stopped/endings'
import { whyStopped } from '../stopped/gather'
import type { TaskRegistry } from '../tasks/registry'
import { pullForRun } from './image-transfers'
import { portUrl } from './port-url'

export interface ContainersHandlerDeps {
  readonly session: EngineSession
  readonly tasks: TaskRegistry
  readonly stats: StatsRecorder
  /** What the events told of containers that ended. */
  readonly endings: Endings
  /** What the CLI knows of a registry. */
  readonly credentials: Credentials
  /** Opens an address in the browser. */
  readonly openExternal: (url: string) => Promise<void>
}

/** Runs one verb on one container; a failure says which. */
type Tried = <T>(verb: string, id: string, work: (client: DockerClient) => Promise<T>) => Promise<T>

function trying(session: EngineSession): Tried {
  return async (verb, id, work) => {
    try {
      return await work(await session.client())
    } catch (error) {
      throw attempted(`Could not ${verb} container ${nameOf(session, id)}`, error)
    }
  }
}

function nameOf(session: EngineSession, id: string): string {
  const row = session.containers.get(id)
  return row === undefined ? shortId(id) : containerName(row)
}

export function containersHandlers(deps: ContainersHandlerDeps) {
  const { session, stats, endings, openExternal } = deps
  const tried = trying(session)
  return {
    ...explainingHandlers({ session, endings }, tried),
    watch: (_, { signal }) => session.watchContainers(signal),
    // The verbs go on when the page closes: a click has been answered once it was sent.
    start: ({ id }) => tried('start', id, (client) => startContainer(client, id)),
    stop: ({ id }) => tried('stop', id, (client) => stopContainer(client, id)),
    restart: ({ id }) => tried('restart', id, (client) => restartContainer(client, id)),
    pause: ({ id }) => tried('pause', id, (client) => pauseContainer(client, id)),
    unpause: ({ id }) => tried('unpause', id, (client) => unpauseContainer(client, id)),
    remove: ({ id, force, volumes }) =>
      tried('remove', id, (client) => removeContainer(client, id, { force, volumes })),
    removalPreview: async ({ ids }, { signal }) =>
      previewContainerRemoval(await session.client(), ids, signal),
    async run(options) {
      try {
        const client = await session.client()
        const { id, warnings } = await runContainer(client, options, pullForRun(deps))
        return { id, warnings: [...warnings] }
      } catch (error) {
        throw attempted(`Could not run ${oneLine(options.image, 200)}`, error)
      }
    },
    async openPort({ id, privatePort }, { signal }) {
      const url = await tried('open', id, (client) =>
        addressOf(client, id, privatePort, session.host, signal)
      )
      await openExternal(url)
      return { url }
    },
    stats: ({ id }, { signal }) => stats.watch(id, signal),
    statsHistory: ({ id }, { signal }) => stats.watchHistory(id, signal)
  } satisfies Handlers['containers']
}

/** What is asked of a container to understand it; nothing here changes one. */
function explainingHandlers(
  { session, endings }: Pick<ContainersHandlerDeps, 'session' | 'endings'>,
  tried: Tried
) {
  return {
    inspect: ({ id }, { signal }) =>
      tried('inspect', id, (client) => inspectContainer(client, id, {}, signal)),
    inspectText: async ({ id }, { signal }) => {
      const body = await tried('inspect', id, (client) => inspectContainerText(client, id, signal))
      return { text: layOutJson(`[${body}]`) }
    },
    volumeHostPaths: ({ id }, { signal }) =>
      tried('inspect the volumes of', id, async (client) => {
        const { Mounts } = await inspectContainer(client, id, {}, signal)
        const names = Mounts.flatMap(({ Type, Name }) =>
          Type === 'volume' && Name !== undefined ? [Name] : []
        )
        return volumeHostPaths(client, [...new Set(names)], signal)
      }),
    whyStopped: ({ id }, { signal }) =>
      tried('find out why it stopped:', id, (client) => {
        const options = { ending: endings.get(id), local: session.local, rows: session.containers }
        return whyStopped(client, id, options, signal)
      }),
    async *health({ id }, { signal }) {
      try {
        yield* watchHealth(session, id, signal)
      } catch (error) {
        if (signal.aborted) return
        throw attempted(`Could not follow the health of container ${nameOf(session, id)}`, error)
      }
    }
  } satisfies Partial<Handlers['containers']>
}

async function addressOf(
  client: DockerClient,
  id: string,
  privatePort: number,
  host: string,
  signal: AbortSignal
): Promise<string> {
  const [row] = await listContainersById(client, [id], signal)
  const address = row === undefined ? null : portUrl(row, privatePort, host)
  if (address !== null) return address
  throw new AppError('NotFound', `Port ${privatePort} is not published.`, {
    hint: 'Start the container, or run it with the port published.'
  })
}
