/** The engine's calls and streams: all of them are the supervisor's. */
import type { EngineSupervisor } from '@main/engine/supervisor'
import type { Handlers } from '@main/ipc/handler'

export interface EngineHandlerDeps {
  readonly supervisor: EngineSupervisor
  /** Shows a file in the platform's file browser. */
  readonly reveal: (path: string) => void
}

export function engineHandlers({ supervisor, reveal }: EngineHandlerDeps) {
  return {
    watch: (_params, { signal }) => supervisor.watch(signal),
    start: () => supervisor.start(),
    stop: () => supervisor.stop(),
    restart: () => supervisor.restart(),
    use: ({ source }) => supervisor.use(source),
    preconditions: () => supervisor.preconditions(),
    log: ({ lines }) => supervisor.log(lines),
    async revealLog() {
      reveal((await supervisor.log(1)).path)
    }
  } satisfies Handlers['engine']
}
