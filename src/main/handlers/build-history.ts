/** The engine's history of builds for the page. Thin: the work is in main/build-history; here errors learn what was attempted. */
import { basename } from 'node:path'
import { humanSize } from '@shared/docker/size'
import { oneLine } from '@shared/docker/text'
import { attempted } from '@shared/errors'
import type { BuildHistory } from '../build-history/service'
import { suggestedName } from '../files/host-names'
import { saveStream } from '../files/save-stream'
import type { Handlers } from '../ipc/handler'
import type { TaskRegistry } from '../tasks/registry'

export interface BuildHistoryHandlerDeps {
  readonly history: BuildHistory
  readonly tasks: TaskRegistry
  /** Ask for a file to open, and for one to write; null when the user cancelled. */
  readonly chooseBuilds: () => Promise<string | null>
  readonly chooseTarget: (name: string, title: string) => Promise<string | null>
}

export function buildHistoryHandlers(deps: BuildHistoryHandlerDeps) {
  const { history } = deps
  return {
    async *watch(_, { signal }) {
      try {
        yield* history.watch(signal)
      } catch (error) {
        throw attempted('Could not read the history of builds', error)
      }
    },
    async *progress({ ref, ...options }, { signal }) {
      try {
        yield* history.progress(ref, signal, options)
      } catch (error) {
        throw attempted('Could not read what the build did', error)
      }
    },
    inspect: ({ ref }, { signal }) => trying('read the build', history.inspect(ref, signal)),
    attachment: ({ ref, digest }, { signal }) =>
      trying('read the attachment', history.attachment(ref, digest, signal)),
    remove: ({ ref }, { signal }) => trying('delete the build', history.remove(ref, signal)),
    pin: ({ ref, pinned }, { signal }) =>
      trying(pinned ? 'pin the build' : 'unpin the build', history.pin(ref, pinned, signal)),
    async open(_, { signal }) {
      const path = await deps.chooseBuilds()
      return path === null
        ? null
        : await trying(`open ${oneLine(basename(path), 200)}`, history.open(path, signal))
    },
    close: ({ ref }) => Promise.resolve(history.close(ref)),
    export: ({ refs, name }) => exportBuilds(deps, refs, name)
  } satisfies Handlers['buildHistory']
}

async function exportBuilds(
  { history, tasks, chooseTarget }: BuildHistoryHandlerDeps,
  refs: readonly string[],
  name: string
): Promise<{ readonly taskId: string } | null> {
  const what = refs.length === 1 ? oneLine(name, 100) || 'build' : `${refs.length} builds`
  const to = await chooseTarget(`${suggestedName(what)}.dockerbuild`, 'Export builds')
  if (to === null) return null
  const task = tasks.run(
    refs.length === 1 ? `Export the build ${what}` : `Export ${what}`,
    (update, signal) =>
      saveStream(
        history.exported(refs, signal),
        to,
        (bytes) => update({ message: `${humanSize(bytes, 3)} written` }),
        signal
      ),
    (bytes) => `Saved ${basename(to)} (${humanSize(bytes)})`
  )
  return { taskId: task.id }
}

async function trying<T>(verb: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw attempted(`Could not ${verb}`, error)
  }
}
