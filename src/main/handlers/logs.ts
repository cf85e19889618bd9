/** Logs for the page. Thin: the work is in logs/. */
import type { LogView } from '../logs/view'
import type { Handlers } from '../ipc/handler'
import type { LogService } from '../logs/service'
import type { TaskRegistry } from '../tasks/registry'

export interface LogsHandlerDeps {
  readonly logs: LogService
  readonly tasks: TaskRegistry
  readonly openExternal: (url: string) => Promise<void>
  readonly writeClipboard: (text: string) => void | Promise<void>
  /** Asks for a file to write; null when the user cancelled. */
  readonly chooseFile: (suggestedName: string) => Promise<string | null>
}

export function logsHandlers({ logs, tasks, openExternal, writeClipboard, chooseFile }: LogsHandlerDeps) {
  return {
    watch: (params, { signal }) => logs.watch(params, signal),
    read: ({ view, from, to, whole }) => logs.read(view, from, to, whole === true),
    match: ({ view, row, direction }) => Promise.resolve(logs.view(view).match(row, direction)),
    async copy({ view, from, to, timestamps }) {
      const { text, lines } = await logs.text(view, from, to, { timestamps })
      await writeClipboard(text)
      return { lines }
    },
    async clear({ view, cleared }) {
      await Promise.resolve()
      logs.clear(view, cleared)
    },
    async export({ view, what, timestamps }) {
      const name = exportName(logs.view(view))
      const path = await chooseFile(`${name}.log`)
      if (path === null) return null
      const job = logs.export(view, { what, timestamps })
      const { id } = tasks.run(
        `Export the log of ${name}`,
        (update, signal) =>
          job.write(path, (current) => update({ progress: { current, total: job.total } }), signal),
        (lines) => `Exported ${lines} ${lines === 1 ? 'line' : 'lines'}`
      )
      return { taskId: id }
    },
    openLink: ({ url }) => openExternal(url)
  } satisfies Handlers['logs']
}

/** For a file and a sentence: the container's name, or how many there are. */
function exportName({ logs }: LogView): string {
  const [first] = logs
  const name = (first?.name ?? '').replace(/[^\w.-]/g, '_').slice(0, 100)
  return logs.length === 1 && name !== '' ? name : `${logs.length} containers`
}
