/** Long work for the page. */
import type { Handlers } from '../ipc/handler'
import type { TaskRegistry } from '../tasks/registry'

export interface TasksHandlerDeps {
  readonly tasks: TaskRegistry
}

export function tasksHandlers({ tasks }: TasksHandlerDeps) {
  return {
    watch: (_, { signal }) => tasks.watch(signal),
    async cancel({ id }) {
      await Promise.resolve()
      tasks.cancel(id)
    },
    async retry({ id }) {
      await Promise.resolve()
      tasks.retry(id)
    },
    async dismiss({ id }) {
      await Promise.resolve()
      tasks.dismiss(id)
    }
  } satisfies Handlers['tasks']
}
