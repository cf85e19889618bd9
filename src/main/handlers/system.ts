/** The engine and the host for the page. Thin: the work is in docker/ and resources/. */
import { attempted } from '@shared/errors'
import { hubUserName } from '../docker/cli-config'
import { infoText } from '../docker/info-text'
import { diskUsage, engineInfo } from '../docker/system'
import type { Handlers } from '../ipc/handler'
import { watchInfo } from '../resources/info-watch'
import type { EngineSession } from '../resources/session'
import { watchUsage, type UsageSources } from '../resources/usage'

export interface SystemHandlerDeps {
  readonly session: EngineSession
  readonly usage: UsageSources
  /** The docker CLI's folder (`DOCKER_CONFIG`, else ~/.docker): who is logged in is part of `docker info`. */
  readonly cliConfigDir: string
}

/** A frame of the page costs some thirty wake-ups: a glance is worth one every five seconds. */
const PACE_MS = { close: 2000, glance: 5000 } as const

export function systemHandlers({ session, usage, cliConfigDir }: SystemHandlerDeps) {
  const userName = () => hubUserName(cliConfigDir)
  const tried = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw attempted(what, error)
    }
  }
  return {
    watchInfo: (_, { signal }) => watchInfo(session, userName, signal),
    infoText: (_, { signal }) =>
      tried('Could not read the engine’s info', async () =>
        infoText(await engineInfo(await session.client(), signal), await userName())
      ),
    usage: ({ pace }, { signal }) => watchUsage(usage, signal, PACE_MS[pace]),
    diskUsage: (_, { signal }) =>
      tried('Could not measure the disk usage', async () => diskUsage(await session.client(), signal))
  } satisfies Handlers['system']
}
