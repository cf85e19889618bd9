/** Builds for the page. Thin: the work is in builds/. */
import { attempted } from '@shared/errors'
import { openLastGoodStep, type BuildShellDeps } from '../builds/build-shell'
import type { BuildRegistry } from '../builds/registry'
import { measureContext } from '../builds/context-size'
import { readOutline } from '../builds/outline'
import type { Handlers } from '../ipc/handler'

type Choice = Parameters<Handlers['builds']['choose']>[0]['what']

export interface BuildsHandlerDeps {
  readonly builds: BuildRegistry
  readonly shells: BuildShellDeps
  /** Asks for a file or a folder; null when the user cancelled. */
  readonly choose: (what: Choice) => Promise<string | null>
}

export function buildsHandlers({ builds, shells, choose }: BuildsHandlerDeps) {
  return {
    start: ({ input, secretValues }) => Promise.resolve(builds.start(input, secretValues)),
    rebuild: ({ id }) => Promise.resolve(builds.rebuild(id)),
    async cancel({ id }) {
      await Promise.resolve()
      builds.cancel(id)
    },
    async openLastGoodStep({ id }) {
      try {
        return { containerId: await openLastGoodStep(builds.detail(id), shells) }
      } catch (error) {
        throw attempted('Could not open the last good step', error)
      }
    },
    watch: ({ id }, { signal }) => builds.watch(id, signal),
    watchAll: (_, { signal }) => builds.watchAll(signal),
    outline: (params) => readOutline(params),
    measure: (params, { signal }) => measureContext(params, signal),
    choose: ({ what }) => choose(what)
  } satisfies Handlers['builds']
}
