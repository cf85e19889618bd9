/** Binds the router to Electron's two channels. The only user of ipcMain and MessagePortMain. */
import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent } from 'electron'
import { CALL_CHANNEL, STREAM_CHANNEL, type CallReply } from '@shared/contract/wire'
import { AppError, toPlain } from '@shared/errors'
import type { Logger } from '@main/platform/logger'
import { serverPort } from './port'
import type { Router } from './router'
import { isTrustedSender } from './sender'

export interface IpcOptions {
  /** Not there yet while the application is being loaded; what the page asks meanwhile waits. */
  readonly router: Promise<Router>
  /** Ids of the web contents that show our page. */
  readonly windows: ReadonlySet<number>
  readonly origin: string
  readonly log: Logger
}

/** Listens to the end: a page that is being closed still calls, and Electron complains aloud of a call nobody takes. */
export function serveIpc(options: IpcOptions): void {
  const trusted = (event: IpcMainEvent | IpcMainInvokeEvent): boolean => {
    if (isTrustedSender(event, options.windows, options.origin)) return true
    options.log.warn('ipc refused: not our page', {
      area: 'ipc',
      path: event.senderFrame?.url.slice(0, 200) ?? 'a frame that is gone'
    })
    return false
  }

  ipcMain.handle(
    CALL_CHANNEL,
    async (event, name: unknown, params: unknown, refusal: unknown): Promise<CallReply> => {
      if (!trusted(event)) return { ok: false, error: toPlain(foreign()) }
      const gone = new AbortController()
      const onGone = (): void => {
        gone.abort()
      }
      event.sender.once('destroyed', onGone)
      try {
        return await (await options.router).call(name, params, refusal, gone.signal)
      } finally {
        event.sender.off('destroyed', onGone)
      }
    }
  )

  const onStream = (event: IpcMainEvent, message: unknown): void => {
    const [port] = event.ports
    if (port === undefined) return
    if (!trusted(event)) {
      port.close()
      return
    }
    const { name, params, refusal } = (message ?? {}) as Record<string, unknown>
    const server = serverPort(port, (data) => (data as { data: unknown }).data)
    void options.router.then((router) => router.stream(name, params, refusal, server))
  }
  ipcMain.on(STREAM_CHANNEL, onStream)
}

const foreign = (): AppError =>
  new AppError('Forbidden', 'This page may not use Quayside.', { hint: 'Use the Quayside window.' })
