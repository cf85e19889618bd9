/** The engine's history of builds for the page. Thin: the work is in main/build-history; here errors learn what was attempted. */
import { attempted } from '@shared/errors'
import type { BuildHistory } from '../build-history/service'
import type { Handlers } from '../ipc/handler'

export function buildHistoryHandlers({ history }: { readonly history: BuildHistory }) {
  return {
    async *watch(_, { signal }) {
      try {
        yield* history.watch(signal)
      } catch (error) {
        throw attempted('Could not read the history of builds', error)
      }
    },
    async *progress({ ref }, { signal }) {
      try {
        yield* history.progress(ref, signal)
      } catch (error) {
        throw attempted('Could not read what the build did', error)
      }
    },
    inspect: ({ ref }, { signal }) => trying('read the build', history.inspect(ref, signal)),
    attachment: ({ ref, digest }, { signal }) =>
      trying('read the attachment', history.attachment(ref, digest, signal)),
    remove: ({ ref }, { signal }) => trying('delete the build', history.remove(ref, signal)),
    pin: ({ ref, pinned }, { signal }) =>
      trying(pinned ? 'pin the build' : 'unpin the build', history.pin(ref, pinned, signal))
  } satisfies Handlers['buildHistory']
}

async function trying<T>(verb: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw attempted(`Could not ${verb}`, error)
  }
}
