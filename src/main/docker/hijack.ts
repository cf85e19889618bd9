/**
 * Connections the engine hands over raw (`Upgrade: tcp`): exec and attach. The transport makes the request; here it is
 * seen through the switch of protocols, and the socket that comes out of it is made safe to hold. Called by the transport.
 */
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError } from '@shared/errors'

/** What a request asks with to be given the bare connection. */
export const UPGRADE_HEADERS = { Connection: 'Upgrade', Upgrade: 'tcp' } as const

/**
 * Sends `body` and resolves with the raw connection: what is written reaches the process, what it writes is read, and
 * `end()` closes one half only. Aborting destroys it. `refused` makes the error of a reply that does not switch.
 */
export function upgrade(
  request: ClientRequest,
  body: string | undefined,
  signal: AbortSignal | undefined,
  refused: (reply: IncomingMessage) => Promise<Error>
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    request.on('upgrade', (_reply, socket, head) => {
      // What came in one packet with the reply is the first of the stream.
      if (head.length > 0) socket.unshift(head)
      resolve(held(socket, signal))
    })
    request.on('response', (reply) => {
      refused(reply).then(reject, reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

function held(socket: Duplex, signal: AbortSignal | undefined): Duplex {
  const abort = (): void => void socket.destroy()
  // A break between two reads must not end the process; the reader or the writer meets it.
  socket.on('error', () => undefined)
  signal?.addEventListener('abort', abort, { once: true })
  socket.on('close', () => signal?.removeEventListener('abort', abort))
  if (signal?.aborted === true) abort()
  return socket
}

/** A proxy that swallows the upgrade answers with an ordinary success. */
export const notUpgraded = (): AppError =>
  new AppError('NotImplemented', 'The engine did not hand over the connection.', {
    hint: 'Something between Quayside and the engine (a proxy) does not let raw connections through.'
  })
