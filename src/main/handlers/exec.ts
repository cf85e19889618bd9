/** Terminals for the page. Thin: sessions live in terminals/; here errors learn what was attempted. */
import { containerName, shortId } from '@shared/docker/container'
import { attempted } from '@shared/errors'
import type { Handlers } from '../ipc/handler'
import type { EngineSession } from '../resources/session'
import type { TerminalRegistry } from '../terminals/registry'

export interface ExecHandlerDeps {
  readonly session: EngineSession
  readonly terminals: TerminalRegistry
  /** Opens a web address in the browser. */
  readonly openExternal: (url: string) => Promise<void>
}

export function execHandlers({ session, terminals, openExternal }: ExecHandlerDeps) {
  const nameOf = (id: string): string => {
    const row = session.containers.get(id)
    return row === undefined ? shortId(id) : containerName(row)
  }
  const trying = async <T>(what: string, work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw attempted(what, error)
    }
  }
  return {
    shells: ({ id }, { signal }) =>
      trying(`Could not look for shells in container ${nameOf(id)}`, terminals.shells(id, signal)),
    watch: (_, { signal }) => terminals.watch(signal),
    open: async (options) => ({
      sessionId: await trying(
        `Could not open a terminal in container ${nameOf(options.id)}`,
        terminals.open(options)
      )
    }),
    attach: async ({ id, size }) => ({
      sessionId: await trying(`Could not attach to container ${nameOf(id)}`, terminals.attach(id, size))
    }),
    again: async ({ sessionId, size }) => ({
      sessionId: await trying('Could not run it again', terminals.again(sessionId, size))
    }),
    close: ({ sessionId }) => trying('Could not close the terminal', terminals.close(sessionId)),
    openLink: ({ url }) => openExternal(url),
    async *session({ sessionId, from }, { signal, inputs }) {
      const typing = async (): Promise<void> => {
        for await (const input of inputs) await terminals.input(sessionId, input)
      }
      void typing()
      return yield* terminals.view(sessionId, from, signal)
    }
  } satisfies Handlers['exec']
}
