/** The engine's build cache for the page. Thin: the work is in docker/build-cache; here errors learn what was attempted. */
import { attempted } from '@shared/errors'
import { readBuildCache } from '../docker/build-cache'
import type { Handlers } from '../ipc/handler'
import type { EngineSession } from '../resources/session'

export function buildCacheHandlers({ session }: { readonly session: EngineSession }) {
  return {
    async read(_, { signal }) {
      try {
        return await readBuildCache(await session.client(), signal)
      } catch (error) {
        throw attempted('Could not read the build cache', error)
      }
    }
  } satisfies Handlers['buildCache']
}
