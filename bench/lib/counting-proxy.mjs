// A door before the engine's socket that writes down which requests went through. Used where requests are counted, never
// where time is measured.
import { rm } from 'node:fs/promises'
import net from 'node:net'

const REQUEST = /(?:^|\r\n\r\n)(GET|POST|PUT|DELETE|HEAD) (\S+) HTTP\/1\.1\r\n/g

/**
 * @param {string} engineSocket
 * @param {string} socket where to listen
 */
export async function startCountingProxy(engineSocket, socket) {
  /** @type {string[]} */
  const requests = []
  /** @type {Set<net.Socket>} */
  const open = new Set()
  const server = net.createServer((client) => {
    const engine = net.connect(engineSocket)
    client.on('data', (data) => {
      for (const [, method, target] of data.toString('latin1').matchAll(REQUEST)) {
        requests.push(`${method} ${target}`)
      }
    })
    for (const [from, to] of /** @type {const} */ ([
      [client, engine],
      [engine, client]
    ])) {
      open.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
  })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, () => resolve(undefined))
  })
  return {
    socket,
    /** The requests since the last time this was asked. */
    take: () => requests.splice(0),
    async stop() {
      const closed = new Promise((done) => server.close(done))
      for (const connection of open) connection.destroy()
      await closed
      await rm(socket, { force: true })
    }
  }
}
