import { createServer, type Server } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { DockerClient } from './client'

const homes: string[] = []
const servers: Server[] = []
const sockets: Duplex[] = []

const SWITCH = 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n'

/** An engine that hands its connection to `serve`, or refuses with a status and a body. */
async function engine(serve: ((socket: Duplex, head: Buffer) => void) | [status: number, body: string]) {
  const home = await mkdtemp(join(tmpdir(), 'q-hijack-'))
  homes.push(home)
  const path = join(home, 's')
  const server = createServer((_request, reply) => {
    reply.setHeader('Api-Version', '1.51')
    reply.end('OK')
  })
  server.on('upgrade', (request, socket: Duplex, head) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    if (Array.isArray(serve)) {
      const [status, body] = serve
      socket.end(`HTTP/1.1 ${status} x\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    } else {
      expect(request.headers.connection).toBe('Upgrade')
      serve(socket, head)
    }
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen({ path }, resolve))
  return await DockerClient.connect({ kind: 'unix', path })
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
  for (const home of homes.splice(0)) await rm(home, { recursive: true })
})

const start = { path: '/exec/x/start', method: 'POST', options: { _body: { Tty: true } } }

async function readAll(source: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('a connection the engine hands over', () => {
  it('begins with what came in one packet with the reply', async () => {
    const client = await engine((socket) => socket.end(`${SWITCH}at once`))
    expect(await readAll(await client.hijack(start))).toBe('at once')
  })

  it('can be read on after it was half closed', async () => {
    const client = await engine((socket) => {
      socket.write(SWITCH)
      let all = ''
      socket.on('data', (chunk: Buffer) => (all += chunk.toString()))
      socket.on('end', () => socket.end(`got ${all}`))
    })
    const socket = await client.hijack(start)
    socket.write('one ')
    socket.end('two')
    expect(await readAll(socket)).toMatch(/^got .*one two$/)
  })

  it('lets the engine wait while it is not read', async () => {
    let sent = 0
    const client = await engine((socket) => {
      socket.write(SWITCH)
      const chunk = Buffer.alloc(64 * 1024)
      const fill = (): void => {
        while (socket.write(chunk)) sent += chunk.length
        sent += chunk.length
      }
      socket.on('drain', fill)
      fill()
    })
    const socket = await client.hijack(start)
    const reader = socket[Symbol.asyncIterator]()
    await reader.next()
    let before = -1
    await expect
      .poll(() => {
        const still = sent === before
        before = sent
        return still
      })
      .toBe(true)
    expect(sent).toBeLessThan(4 * 1024 * 1024)
    const reached = sent
    for (let n = 0; n < 200; n += 1) await reader.next()
    expect(sent).toBeGreaterThan(reached)
    await reader.return?.()
    expect(socket.destroyed).toBe(true)
  })

  it('is refused with the engine’s words', async () => {
    const client = await engine([409, '{"message":"Container abc is not running"}'])
    await expect(client.hijack(start)).rejects.toMatchObject({
      code: 'Conflict',
      message: 'The container is not running.'
    })
  })

  it('is an error of its own where a proxy does not let it through', async () => {
    const client = await engine([200, ''])
    await expect(client.hijack(start)).rejects.toMatchObject({ code: 'NotImplemented' })
  })

  it('is cut by its signal, before and after it stands', async () => {
    const client = await engine((socket) => socket.write(SWITCH))
    const abort = new AbortController()
    const socket = await client.hijack({ ...start, abortSignal: abort.signal })
    const closed = once(socket, 'close')
    abort.abort()
    await closed
    await expect(client.hijack({ ...start, abortSignal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError'
    })
    const silent = await engine(() => undefined)
    await expect(silent.hijack({ ...start, abortSignal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: 'Deadline'
    })
  })

  it('tells its reader that it broke, and nobody else', async () => {
    const client = await engine((socket) => socket.write(SWITCH))
    const socket = await client.hijack(start)
    socket.destroy(new Error('reset'))
    await expect(readAll(socket)).rejects.toThrow('reset')
  })
})
