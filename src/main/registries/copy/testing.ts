/** A registry of a test's own making that can be written to: what it holds, and what it was asked. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { digestOf, fakeRegistry, type FakeRegistry } from '../testing'

/** A manifest or an index. */
export type Written = Readonly<Record<string, unknown>> & { readonly mediaType: string }

export interface MemoryRegistry extends FakeRegistry {
  /** By digest, whatever repository they were put into. */
  readonly blobs: Map<string, Buffer>
  /** By `repository/reference`: tags and digests. */
  readonly manifests: Map<string, { readonly type: string; readonly bytes: Buffer }>
  /** Puts an image there; answers its digest. */
  readonly put: (repository: string, reference: string, value: Written) => string
  readonly putBlob: (text: string) => { digest: string; size: number }
}

/** Answers true when it dealt with the request itself. */
export type Before = (request: IncomingMessage, reply: ServerResponse, registry: MemoryRegistry) => boolean

const PATH = /^\/v2\/(.+?)\/(manifests|blobs|referrers)\/([^?]*)(?:\?(.*))?$/

interface Request {
  readonly request: IncomingMessage
  readonly reply: ServerResponse
  readonly repository: string
  readonly name: string
  readonly query: URLSearchParams
  readonly body: Buffer
}

export async function memoryRegistry(before: Before = () => false): Promise<MemoryRegistry> {
  const fake = await fakeRegistry((request, reply) => {
    if (before(request, reply, registry)) return
    const [, repository = '', kind = '', name = '', query = ''] = PATH.exec(request.url ?? '') ?? []
    void bodyOf(request).then((body) => {
      const asked = { request, reply, repository, name, query: new URLSearchParams(query), body }
      if (kind === 'manifests') answerManifest(registry, asked)
      else if (kind === 'blobs') answerBlob(registry, asked)
      else reply.writeHead(404).end()
    })
  })
  const registry: MemoryRegistry = {
    ...{ ...fake, blobs: new Map<string, Buffer>(), manifests: new Map() },
    put: (repository, reference, value) => {
      const bytes = Buffer.from(JSON.stringify(value))
      const digest = digestOf(bytes.toString())
      const put = { type: value.mediaType, bytes }
      registry.manifests.set(`${repository}/${reference}`, put).set(`${repository}/${digest}`, put)
      return digest
    },
    putBlob: (text) => {
      const digest = digestOf(text)
      registry.blobs.set(digest, Buffer.from(text))
      return { digest, size: text.length }
    }
  }
  return registry
}

function answerManifest(
  { manifests }: MemoryRegistry,
  { request, reply, repository, name, body }: Request
): void {
  if (request.method === 'PUT') {
    const put = { type: request.headers['content-type'] ?? '', bytes: body }
    const digest = digestOf(body.toString())
    manifests.set(`${repository}/${name}`, put).set(`${repository}/${digest}`, put)
    reply.writeHead(201, { 'docker-content-digest': digest }).end()
    return
  }
  const found = manifests.get(`${repository}/${name}`)
  if (found === undefined) return void reply.writeHead(404).end()
  const digest = digestOf(found.bytes.toString())
  reply.writeHead(200, { 'content-type': found.type, 'docker-content-digest': digest })
  reply.end(request.method === 'HEAD' ? undefined : found.bytes)
}

function answerBlob(
  { blobs }: MemoryRegistry,
  { request, reply, repository, name, query, body }: Request
): void {
  if (request.method === 'POST') {
    const mounted = blobs.has(query.get('mount') ?? '')
    if (mounted) reply.writeHead(201).end()
    else reply.writeHead(202, { location: `/v2/${repository}/blobs/uploads/one?state=x` }).end()
  } else if (request.method === 'PUT') {
    const digest = query.get('digest') ?? ''
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

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch {
    // The other side broke off: what came is not used.
  }
  return Buffer.concat(chunks)
}
