/**
 * A `.dockerbuild` file on the host: an OCI layout in a compressed archive, with a manifest for each build. It is read into memory
 * within bounds and nothing of it is written anywhere; contents are checked against their digests. Called by opened.ts.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { AppError, toAppError } from '@shared/errors'
import type { HistoryRecord } from '../../docker/buildkit/records'
import { readTar } from '../../docker/tar-reader'
import type { LocalState } from '../names'
import { recordFromJson } from './record-json'

export const RECORD_TYPE = 'application/vnd.buildkit.historyrecord.v0'
/** Of everything the file unpacks to; BuildKit keeps some megabytes of a build at most. */
const MOST_BYTES = 256 * 1024 * 1024
const MOST_ENTRIES = 20_000
const MOST_BUILDS = 500
const MOST_DOCUMENT = 16 * 1024 * 1024
/** An index in an index is what buildx writes for several builds. */
const DEEPEST = 3
const BLOB = /^(?:\.\/)?blobs\/sha256\/([0-9a-f]{64})$/
const INDEX = /^(?:\.\/)?index\.json$/

export interface FiledBuild {
  /** The digest of its manifest: the same build is the same wherever it was filed. */
  readonly id: string
  readonly record: HistoryRecord
  readonly local: LocalState | null
}

export interface Dockerbuild {
  readonly builds: readonly FiledBuild[]
  readonly blobs: ReadonlyMap<string, Buffer>
  readonly sizeBytes: number
}

/** @throws AppError `NotFound` when it cannot be read, `DataLoss` when it is damaged, `InvalidParameter` when it is something else. */
export async function readDockerbuild(path: string, signal: AbortSignal): Promise<Dockerbuild> {
  const packed = await isGzip(path)
  const file = createReadStream(path, { signal, highWaterMark: 256 * 1024 })
  const source = packed ? file.pipe(createGunzip()) : file
  // A pipe does not carry errors on; nor does it close what it reads from.
  file.on('error', (error) => source.destroy(error))
  try {
    const { index, blobs, sizeBytes } = await unpack(source as AsyncIterable<Buffer>)
    if (index === null) throw otherFile()
    return { builds: buildsIn(index, blobs), blobs, sizeBytes }
  } catch (thrown) {
    signal.throwIfAborted()
    if (thrown instanceof AppError && thrown.code === 'InvalidParameter') throw thrown
    throw damaged(toAppError(thrown))
  } finally {
    source.destroy()
    file.destroy()
  }
}

async function isGzip(path: string): Promise<boolean> {
  try {
    const file = await open(path)
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(262), 0, 262, 0)
      if (bytesRead >= 2 && buffer[0] === 0x1f && buffer[1] === 0x8b) return true
      if (buffer.toString('latin1', 257, 262) === 'ustar') return false
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new AppError('NotFound', 'The file cannot be read.', {
      hint: 'Choose a file that exists and is readable.',
      cause
    })
  }
  throw otherFile()
}

/** Only what an OCI layout has is looked at; other names, links and folders are passed over. */
async function unpack(
  source: AsyncIterable<Buffer>
): Promise<{ index: Buffer | null; blobs: Map<string, Buffer>; sizeBytes: number }> {
  const blobs = new Map<string, Buffer>()
  let index: Buffer | null = null
  let [entries, sizeBytes] = [0, 0]
  const count = (bytes: number): void => {
    sizeBytes += bytes
    if (sizeBytes > MOST_BYTES) throw tooLarge()
  }
  for await (const { entry, body } of readTar(source, count)) {
    entries += 1
    if (entries > MOST_ENTRIES || entry.size > MOST_BYTES) throw tooLarge()
    if (entry.type !== 'file') continue
    const digest = BLOB.exec(entry.name)?.[1]
    if (digest === undefined && !INDEX.test(entry.name)) continue
    const content = await whole(body(), entry.size)
    if (digest === undefined) index = content
    else if (createHash('sha256').update(content).digest('hex') === digest)
      blobs.set(`sha256:${digest}`, content)
    else throw new AppError('DataLoss', 'a content is not what its digest says', {})
  }
  return { index, blobs, sizeBytes }
}

async function whole(body: AsyncIterable<Buffer>, sizeBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
  }
  if (size < sizeBytes) throw new AppError('DataLoss', 'it ends too early', {})
  return Buffer.concat(chunks, size)
}

const Reference = z.object({ digest: z.string(), mediaType: z.string().default('') })
const Index = z.object({ manifests: z.array(Reference) })
const Manifest = z.object({ config: Reference })

function buildsIn(index: Buffer, blobs: ReadonlyMap<string, Buffer>): readonly FiledBuild[] {
  const builds = new Map<string, FiledBuild>()
  const seen = new Set<string>()
  const visit = (document: Buffer, depth: number): void => {
    if (depth > DEEPEST) throw tooLarge()
    const list = Index.safeParse(parsed(document))
    if (!list.success) throw otherFile()
    for (const { digest } of list.data.manifests) {
      if (seen.has(digest)) continue
      seen.add(digest)
      const content = blobs.get(digest)
      if (content === undefined) throw new AppError('DataLoss', `it lacks ${digest.slice(0, 19)}`, {})
      const manifest = Manifest.safeParse(parsed(content))
      if (!manifest.success) visit(content, depth + 1)
      else if (manifest.data.config.mediaType === RECORD_TYPE) {
        if (builds.size === MOST_BUILDS) throw tooLarge()
        builds.set(digest, buildOf(digest, manifest.data.config.digest, blobs))
      }
    }
  }
  visit(index, 0)
  // An image that was saved is an OCI layout too.
  if (builds.size === 0) throw otherFile()
  return [...builds.values()]
}

function buildOf(id: string, config: string, blobs: ReadonlyMap<string, Buffer>): FiledBuild {
  const document = blobs.get(config)
  const found = document === undefined ? null : recordFromJson(parsed(document))
  if (found === null) throw new AppError('DataLoss', 'the record of a build cannot be read', {})
  return { id, ...found }
}

function parsed(document: Buffer): unknown {
  if (document.length > MOST_DOCUMENT) throw tooLarge()
  try {
    return JSON.parse(document.toString('utf8'))
  } catch (cause) {
    throw new AppError('DataLoss', 'a document in it is no JSON', { cause })
  }
}

const tooLarge = (): AppError =>
  new AppError('InvalidParameter', 'The file holds more than builds are allowed to.', {
    hint: 'At most 256 MB and 500 builds are read. Export fewer builds into one file.'
  })

const otherFile = (): AppError =>
  new AppError('InvalidParameter', 'This is no file of builds.', {
    hint: 'Choose a .dockerbuild file, as docker buildx history export and Quayside write it.'
  })

const damaged = (cause: AppError): AppError =>
  new AppError('DataLoss', 'The file is damaged or not whole.', {
    hint: 'Copy or export it again.',
    cause
  })
