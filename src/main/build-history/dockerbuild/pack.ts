/**
 * Builds of the engine as a `.dockerbuild` file: an OCI layout in a compressed archive, as buildx writes it. Called by the service;
 * the bytes go where the caller wants them.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { AppError, toAppError } from '@shared/errors'
import type { BuildKit } from '../../docker/buildkit/grpc'
import { readContent, type Descriptor, type HistoryRecord } from '../../docker/buildkit/records'
import { TAR_END, tarHeader, tarPadding } from '../../docker/tar-writer'
import type { LocalState } from '../names'
import { RECORD_TYPE } from './archive'
import { recordToJson } from './record-json'

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json'
/** What a result is by itself; in the file it is a document, so that nobody looks for the image behind it. */
const RESULT_TYPE_NOTE = 'vnd.export-build.descriptor.mediatype'
const REFERENCE_NOTE = 'vnd.buildkit.history.reference'
const MOST_BLOB = 256 * 1024 * 1024

export interface PackedBuild {
  readonly record: HistoryRecord
  readonly local: LocalState | null
}

interface Entry {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

/** The bytes of the file, compressed. Fails as a whole when a build cannot be read. */
export function packBuilds(
  buildkit: BuildKit,
  builds: readonly PackedBuild[],
  signal: AbortSignal
): AsyncIterable<Buffer> {
  const plain = Readable.from(archiveOf(buildkit, builds, signal), { objectMode: false })
  const packed = plain.pipe(createGzip())
  plain.on('error', (error) => packed.destroy(error))
  packed.on('close', () => plain.destroy())
  return packed
}

async function* archiveOf(
  buildkit: BuildKit,
  builds: readonly PackedBuild[],
  signal: AbortSignal
): AsyncGenerator<Buffer, void, undefined> {
  const written = new Set<string>()
  yield* file('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'))
  async function* blob(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
    const digest = digestOf(bytes)
    if (written.has(digest)) return
    written.add(digest)
    yield* await Promise.resolve(file(`blobs/sha256/${digest.slice(7)}`, bytes))
  }
  const manifests: Entry[] = []
  for (const { record, local } of builds) {
    const layers: Entry[] = []
    for (const { file: kept, isResult } of filesOf(record)) {
      const bytes = await content(buildkit, kept, signal)
      if (bytes === null || layers.some(({ digest }) => digest === kept.digest)) continue
      yield* blob(bytes)
      layers.push(entryOf(kept, isResult))
    }
    const config = json(recordToJson(record, local))
    yield* blob(config)
    const manifest = json({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: RECORD_TYPE, digest: digestOf(config), size: config.length },
      layers
    })
    yield* blob(manifest)
    manifests.push(described(MANIFEST_TYPE, manifest, record.ref))
  }
  const inner = json({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests })
  if (builds.length > 1) yield* blob(inner)
  // One build stands in the index itself, several in an index of their own: so buildx does it.
  const top = builds.length > 1 ? [described(INDEX_TYPE, inner)] : manifests
  yield* file('index.json', json({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: top }))
  yield TAR_END
}

function filesOf(
  record: HistoryRecord
): readonly { readonly file: Descriptor; readonly isResult: boolean }[] {
  const own = [record.logs, record.errorFile].flatMap((file) => (file === null ? [] : [file]))
  return [
    ...[...own, ...record.attestations.map(({ file }) => file)].map((file) => ({ file, isResult: false })),
    ...record.results.map(({ file }) => ({ file, isResult: true }))
  ]
}

/** null for what the engine does not keep: results are often in its image store only. */
async function content(
  buildkit: BuildKit,
  { digest }: Descriptor,
  signal: AbortSignal
): Promise<Buffer | null> {
  try {
    const { bytes, cut } = await readContent(buildkit, digest, MOST_BLOB, signal)
    if (!cut && digestOf(bytes) === digest) return bytes
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code === 'NotFound') return null
    throw error
  }
  throw new AppError('DataLoss', 'The engine does not give a file of the build as it was kept.', {
    hint: 'Try again.'
  })
}

function entryOf({ mediaType, digest, sizeBytes, annotations }: Descriptor, isResult: boolean): Entry {
  const notes = Object.fromEntries(annotations)
  const shared = { digest, size: sizeBytes }
  return isResult
    ? { mediaType: 'application/json', ...shared, annotations: { ...notes, [RESULT_TYPE_NOTE]: mediaType } }
    : { mediaType, ...shared, ...(annotations.size === 0 ? {} : { annotations: notes }) }
}

function described(mediaType: string, bytes: Buffer, ref?: string): Entry {
  const annotations = ref === undefined ? {} : { annotations: { [REFERENCE_NOTE]: ref } }
  return { mediaType, digest: digestOf(bytes), size: bytes.length, ...annotations }
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value, null, 2))

function file(name: string, bytes: Buffer): Buffer[] {
  const header = tarHeader({
    name,
    type: 'file',
    size: bytes.length,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtimeMs: 0
  })
  return [header, bytes, tarPadding(bytes.length)]
}
