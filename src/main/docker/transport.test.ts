import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { DockerClient, negotiateApi, segment } from './client'
import { listContainersById, startContainer } from './containers'
import { loadImage } from './images'
import { queryString } from './transport'

const homes: string[] = []
const servers: Server[] = []

/** An engine that answers the ping itself and everything else by `answer`. */
async function engine(answer: (request: IncomingMessage, reply: ServerResponse) => void, api = '1.51') {
  const home = await mkdtemp(join(tmpdir(), 'q-transport-'))
  homes.push(home)
  const path = join(home, 's')
  const server = createServer((request, reply) => {
    if (request.url !== '/_ping') {
      answer(request, reply)
      return
    }
    reply.setHeader('Api-Version', api)
    reply.end('OK')
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return { endpoint: { kind: 'unix' as const, path }, server }
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  for (const home of homes.splice(0)) await rm(home, { recursive: true })
})

const ID = 'a'.repeat(64)

describe('the client', () => {
  it('speaks the older of its own version and the engine’s', async () => {
    const urls: string[] = []
    const { endpoint } = await engine((request, reply) => {
      urls.push(request.url ?? '')
      reply.end('[]')
    }, '1.44')
    const client = await DockerClient.connect(endpoint)
    await client.docker.listContainers()
    expect(client.apiVersion).toBe('1.44')
    expect(urls[0]).toMatch(/^\/v1\.44\/containers\/json/)
    expect(client.speaks('1.44')).toBe(true)
    expect(client.speaks('1.45')).toBe(false)
  })

  it('does not go beyond the version it was written for, and refuses engines before 20.10', () => {
    expect(negotiateApi('1.55')).toBe('1.51')
    expect(negotiateApi('1.41')).toBe('1.41')
    expect(() => negotiateApi('1.40')).toThrow(/too old/)
    expect(() => negotiateApi('1.9')).toThrow(/too old/)
    expect(() => negotiateApi('')).toThrow(/too old/)
    expect(() => negotiateApi('<b>')).toThrow(/too old/)
  })

  it('refuses ssh honestly', async () => {
    await expect(DockerClient.connect({ kind: 'ssh', host: 'h' })).rejects.toMatchObject({
      code: 'NotImplemented'
    })
  })

  it('gives up on an engine that takes the connection and never answers', async () => {
    const { endpoint, server } = await engine(() => undefined)
    server.removeAllListeners('request')
    await expect(DockerClient.connect(endpoint, AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'Deadline'
    })
  })

  it('keeps names and ids in their place of the path', () => {
    expect(segment('../x')).toBe('..%2Fx')
    expect(() => segment('..')).toThrow(/not a name/)
    expect(() => segment('')).toThrow(/not a name/)
  })
})

describe('the transport', () => {
  it('follows no redirection', async () => {
    let requests = 0
    const { endpoint } = await engine((_, reply) => {
      requests += 1
      reply.writeHead(301, { Location: '/containers/json' })
      reply.end()
    })
    const client = await DockerClient.connect(endpoint)
    await expect(client.request({ path: '/info' })).rejects.toMatchObject({ code: 'InvalidParameter' })
    expect(requests).toBe(1)
  })

  it('takes 304 of a start as a success', async () => {
    const { endpoint } = await engine((_, reply) => {
      reply.writeHead(304)
      reply.end()
    })
    const client = await DockerClient.connect(endpoint)
    await expect(startContainer(client, ID)).resolves.toBeUndefined()
  })

  it('sends a body as JSON and not in the address', async () => {
    const seen: { url: string; body: string }[] = []
    const { endpoint } = await engine((request, reply) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        seen.push({ url: request.url ?? '', body })
        reply.end('{}')
      })
    })
    const client = await DockerClient.connect(endpoint)
    const options = { _query: { name: 'a b&c' }, _body: { Env: ['SECRET=x'] } }
    await client.request({ path: '/containers/create?', method: 'POST', options })
    expect(seen).toEqual([{ url: '/v1.51/containers/create?name=a+b%26c', body: '{"Env":["SECRET=x"]}' }])
  })

  it('asks for a hundred rows at a time', async () => {
    const sizes: number[] = []
    const { endpoint } = await engine((request, reply) => {
      const url = new URL(request.url ?? '', 'http://x')
      sizes.push((JSON.parse(url.searchParams.get('filters') ?? '{}') as { id: string[] }).id.length)
      reply.end('[]')
    })
    const client = await DockerClient.connect(endpoint)
    await listContainersById(
      client,
      Array.from({ length: 201 }, (_, index) => String(index))
    )
    expect(sizes).toEqual([100, 100, 1])
    expect(client.requests).toBe(4)
  })

  it('sends a read again when the engine had closed the idle connection', async () => {
    let requests = 0
    const { endpoint } = await engine((request, reply) => {
      requests += 1
      if (requests === 2) request.socket.destroy()
      else reply.end('{}')
    })
    const client = await DockerClient.connect(endpoint)
    await client.request({ path: '/info' })
    await expect(client.request({ path: '/info' })).resolves.toEqual({})
    expect(requests).toBe(3)
  })

  it('never sends a write again', async () => {
    let requests = 0
    const { endpoint } = await engine((request, reply) => {
      requests += 1
      if (requests === 2) request.socket.destroy()
      else reply.end('{}')
    })
    const client = await DockerClient.connect(endpoint)
    await client.request({ path: '/info' })
    await expect(startContainer(client, ID)).rejects.toMatchObject({ code: 'Unavailable' })
    expect(requests).toBe(2)
  })

  it('ends a request that is cancelled, and says so', async () => {
    const { endpoint } = await engine(() => undefined)
    const client = await DockerClient.connect(endpoint)
    const abort = new AbortController()
    const asked = client.request({ path: '/info', abortSignal: abort.signal })
    abort.abort()
    await expect(asked).rejects.toMatchObject({ code: 'Cancelled' })
    await expect(
      client.request({ path: '/info', abortSignal: AbortSignal.timeout(20) })
    ).rejects.toMatchObject({
      code: 'Deadline'
    })
  })

  it('reports what the engine says of an upload it does not want to read to the end', async () => {
    const { endpoint } = await engine((_, reply) => {
      reply.writeHead(500, { 'Content-Type': 'application/json', Connection: 'close' })
      reply.end('{"message":"no space left on device"}')
    })
    const client = await DockerClient.connect(endpoint)
    const endless = Readable.from(
      (function* () {
        for (let chunk = 0; chunk < 2000; chunk += 1) yield Buffer.alloc(64 * 1024)
      })()
    )
    await expect(loadImage(client, endless)).rejects.toThrow(/disk is full/)
    await expect.poll(() => endless.destroyed).toBe(true)
  })

  it('fails a load whose file cannot be read to the end', async () => {
    const { endpoint } = await engine((request) => request.resume())
    const client = await DockerClient.connect(endpoint)
    const broken = new Readable({
      read() {
        this.destroy(Object.assign(new Error('gone'), { code: 'EIO' }))
      }
    })
    await expect(loadImage(client, broken)).rejects.toThrow()
  })

  it('survives a source that fails although nothing is sent any more', async () => {
    const { endpoint } = await engine((request) => request.resume())
    const client = await DockerClient.connect(endpoint)
    const source = new Readable({ read: () => undefined })
    await expect(loadImage(client, source, undefined, AbortSignal.abort())).rejects.toMatchObject({
      code: 'Cancelled'
    })
    expect(source.destroyed).toBe(true)
    const late = new Readable({ read: () => undefined })
    const abort = new AbortController()
    const loading = loadImage(client, late, undefined, abort.signal)
    abort.abort()
    late.destroy(new Error('late'))
    await expect(loading).rejects.toMatchObject({ code: 'Cancelled' })
  })

  it('lets a request under way finish when the client is put away', async () => {
    let finish = (): void => undefined
    const { endpoint } = await engine((_, reply) => (finish = () => reply.end('{"late":true}')))
    const client = await DockerClient.connect(endpoint)
    const asked = client.request({ path: '/info' })
    await expect.poll(() => client.requests).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 30))
    client.dispose()
    finish()
    await expect(asked).resolves.toEqual({ late: true })
  })
})

describe('a query', () => {
  it('holds objects as JSON, lists as repeated keys, and no signal', () => {
    const text = queryString({
      all: true,
      filters: { id: ['a'] },
      t: ['x', 'y'],
      none: undefined,
      abortSignal: {}
    })
    expect(text).toBe('all=true&filters=%7B%22id%22%3A%5B%22a%22%5D%7D&t=x&t=y')
  })
})
