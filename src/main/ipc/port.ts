/** Main's end of a stream's channel. Electron's MessagePortMain and Node's MessagePort are both adapted to it. */
import type { DownFrame } from '@shared/contract/wire'

export interface ServerPort {
  post(frame: DownFrame): void
  receive(listener: (frame: unknown) => void): void
  /** Called once when the other end is gone: closed, reloaded or crashed. */
  onClose(listener: () => void): void
  close(): void
}

/** The part that Electron's MessagePortMain and a Node MessagePort share by shape. */
interface PortEvents {
  postMessage(message: unknown): void
  on(event: 'close', listener: () => void): unknown
  on(event: 'message', listener: (message: unknown) => void): unknown
  start(): void
  close(): void
}

/** Electron wraps what arrives in an event with `data`; Node hands it over bare. */
export function serverPort(port: PortEvents, unwrap: (message: unknown) => unknown): ServerPort {
  return {
    post(frame) {
      port.postMessage(frame)
    },
    receive(listener) {
      port.on('message', (message) => {
        listener(unwrap(message))
      })
      port.start()
    },
    onClose(listener) {
      port.on('close', listener)
    },
    close() {
      port.close()
    }
  }
}
