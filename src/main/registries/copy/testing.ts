/** A registry of a test's own making that can be written to: what it holds, and what it was asked. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { digestOf, fakeRegistry, type FakeRegistry } from '../testing'

export interface MemoryRegistry extends FakeRegistry {
  /** By digest, whatever repository they were put into. */
  readonly blobs: Map<string, Buffer>
  /** By `repository/reference`: tags and digests. */
  readonly manifests: Map<string, { readonly type: string; readonly bytes: Buffer }>
  /** Puts an image there; answers its digest. */
  readonly put: (repository: string, reference: string, value: object) => string
  readonly putBlob: (text: string) => { digest: string; size: number }
}

/** Answers true when it dealt with the request itself. */
export type Before = (request: IncomingMessage, reply: ServerResponse, registry: MemoryRegistry) => boolean

const PATH = /^\/v2\/(.+?)\/(manifests|blobs|referrers)\/([^?]*)(?:\?(.*))?$/

export async function memoryRegistry(before: Before = () => false): Promise<MemoryRegistry> {
  const blobs: MemoryRegistry['blobs'] = new Map()
  const manifests: MemoryRegistry['manifests'] = new Map()
  const fake = await fakeRegistry((request, reply) => {
    if (before(request, reply, registry)) return
    const [, repository = '', kind = '', name = '', query = ''] = PATH.exec(request.url ?? '') ?? []
    void bodyOf(request).then((body) => {
      if (kind === 'manifests')
        return manifest(request, reply, { key: `${repository}/${name}`, body, repository })
      if (kind === 'blobs') return blob(request, reply, { name, query, body, repository })
      reply.writeHead(404).end()
    })
  })
  function manifest(
    request: IncomingMessage,
    reply: ServerResponse,
    { key, body, repository }: { key: string; body: Buffer; repository: string }
  ): void {
    if (request.method === 'PUT') {
      const put = { type: request.headers['content-type'] ?? '', bytes: body }
      const digest = digestOf(body.toString())
      manifests.set(key, put).set(`${repository}/${digest}`, put)
      reply.writeHead(201, { 'docker-content-digest': digest }).end()
      return
    }
    const found = manifests.get(key)
    if (found === undefined) return void reply.writeHead(404).end()
    const digest = digestOf(found.bytes.toString())
    reply.writeHead(200, { 'content-type': found.type, 'docker-content-digest': digest })
    reply.end(request.method === 'HEAD' ? undefined : found.bytes)
  }
  function blob(
    request: IncomingMessage,
    reply: ServerResponse,
    { name, query, body, repository }: { name: string; query: string; body: Buffer; repository: string }
  ): void {
    const asked = new URLSearchParams(query)
    if (request.method === 'POST') {
      const mount = asked.get('mount')
      if (mount !== null && blobs.has(mount)) return void reply.writeHead(201).end()
      reply.writeHead(202, { location: `/v2/${repository}/blobs/uploads/one?state=x` }).end()
    } else if (request.method === 'PUT') {
      const digest = asked.get('digest') ?? ''
      if (digestOf(body.toString()) !== digest) return void reply.writeHead(400).end()
      blobs.set(digest, body)
      reply.writeHead(201).end()
    } else {
      const found = blobs.get(name)
      if (found === undefined) return void reply.writeHead(404).end()
      reply
        .writeHead(200, { 'content-length': found.length })
        .end(request.method === 'HEAD' ? undefined : found)
    }
  }
  const registry: MemoryRegistry = {
    ...{ ...fake, blobs, manifests },
    put: (repository, reference, value) => {
      const bytes = Buffer.from(JSON.stringify(value))
      const digest = digestOf(bytes.toString())
      const put = { type: String((value as { mediaType?: unknown }).mediaType ?? ''), bytes }
      manifests.set(`${repository}/${reference}`, put).set(`${repository}/${digest}`, put)
      return digest
    },
    putBlob: (text) => {
      const digest = digestOf(text)
      blobs.set(digest, Buffer.from(text))
      return { digest, size: text.length }
    }
  }
  return registry
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch {
    // The other side broke off: what came is not used.
  }
  return Buffer.concat(chunks)
}
