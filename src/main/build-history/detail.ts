/** Everything BuildKit kept about one build, put together out of its record and the files it names. Called by service.ts. */
import type { PastBuild, BuildPair, BuildRecord, BuildSource } from '@shared/contract/build-history'
import { plainText } from '@shared/docker/text'
import { toAppError } from '@shared/errors'
import type { HistoryRecord } from '../docker/buildkit/records'
import { readFailure, type Failure } from './failure'
import { readProvenance, withoutLogin, type Provenance } from './provenance'

/** With every step of the build in it, a provenance may be large; BuildKit's own limit is 16 MB. */
const MOST_PROVENANCE = 32 * 1024 * 1024
const MOST_FAILURE = 4 * 1024 * 1024
const MOST_VALUE = 20_000
const PREDICATE_ANNOTATION = 'in-toto.io/predicate-type'
const PROVENANCE = 'https://slsa.dev/provenance/'

/** Told in fields of their own. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'context',
  'filename',
  'platform',
  'target',
  'vcs:revision',
  'vcs:source',
  'vcs:localdir:context',
  'vcs:localdir:dockerfile'
])
const GROUPS = ['build-arg:', 'label:', 'context:'] as const

/** Reads a file that the record names, at most `limit` bytes of it: of the engine, or of a file that was opened. */
export type ReadFile = (
  digest: string,
  limit: number
) => Promise<{ readonly bytes: Buffer; readonly cut: boolean }>

export async function buildDetail(
  read: ReadFile,
  record: HistoryRecord,
  row: BuildRecord
): Promise<PastBuild> {
  const [provenance, failure] = await Promise.all([provenanceOf(read, record), failureOf(read, record)])
  const { attrs } = record
  return {
    record: row,
    frontend: record.frontend,
    platforms: (attrs.get('platform') ?? '').split(',').filter((platform) => platform !== ''),
    revision: attrs.get('vcs:revision') ?? provenance.revision,
    repository: withoutLogin(attrs.get('vcs:source') ?? provenance.repository),
    args: groupOf(attrs, 'build-arg:'),
    labels: groupOf(attrs, 'label:'),
    contexts: groupOf(attrs, 'context:'),
    options: pairs(
      [...attrs].filter(([key]) => !OWN_FIELDS.has(key) && !GROUPS.some((group) => key.startsWith(group)))
    ),
    outputs: record.exporters.map(({ type, attrs: to }) => ({
      name: type,
      value: pairs([...to])
        .map(({ name, value }) => `${name}=${value}`)
        .join(' ')
    })),
    materials: [...provenance.materials],
    sources: sourcesOf(provenance, failure),
    attachments: record.attestations.map(({ platform, file }) => ({
      digest: file.digest,
      mediaType: file.mediaType,
      predicate: file.annotations.get(PREDICATE_ANNOTATION) ?? '',
      platform,
      sizeBytes: file.sizeBytes
    })),
    result: [...new Set(record.results.map(({ file }) => file.digest))],
    error: failure.message || plainText(record.error?.message ?? '')
  }
}

function groupOf(attrs: ReadonlyMap<string, string>, group: (typeof GROUPS)[number]): BuildPair[] {
  return pairs(
    [...attrs].flatMap(([key, value]) =>
      key.startsWith(group) ? [[key.slice(group.length), value] as const] : []
    )
  )
}

function pairs(entries: readonly (readonly [string, string])[]): BuildPair[] {
  return entries
    .map(([name, value]) => ({ name, value: withoutLogin(value).slice(0, MOST_VALUE) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The file with the failed lines first; the rest as provenance has them. */
function sourcesOf(provenance: Provenance, failure: Failure): BuildSource[] {
  const lines = new Map<string, { from: number; to: number }[]>()
  for (const { name, lines: failed } of failure.sources)
    lines.set(name, [...(lines.get(name) ?? []), ...failed])
  const known = provenance.sources.length > 0 ? provenance.sources : unique(failure)
  return known
    .map(({ name, text, cut }) => ({ name, text, cut, failed: lines.get(name) ?? [] }))
    .sort((a, b) => Number(b.failed.length > 0) - Number(a.failed.length > 0))
}

function unique(failure: Failure): { name: string; text: string; cut: boolean }[] {
  const byName = new Map(failure.sources.map(({ name, text }) => [name, text]))
  return [...byName].map(([name, text]) => ({ name, text, cut: false }))
}

async function provenanceOf(read: ReadFile, record: HistoryRecord): Promise<Provenance> {
  const found = record.attestations.find(({ file }) =>
    (file.annotations.get(PREDICATE_ANNOTATION) ?? '').startsWith(PROVENANCE)
  )
  if (found === undefined) return readProvenance('')
  const bytes = await ifKept(read(found.file.digest, MOST_PROVENANCE))
  return readProvenance(bytes?.toString('utf8') ?? '')
}

async function failureOf(read: ReadFile, record: HistoryRecord): Promise<Failure> {
  const bytes = record.errorFile && (await ifKept(read(record.errorFile.digest, MOST_FAILURE)))
  return bytes === null ? { message: '', sources: [] } : readFailure(bytes)
}

/** null for a file that is gone, or was left out when the build was exported: the rest of the build is told all the same. */
async function ifKept(reading: ReturnType<ReadFile>): Promise<Buffer | null> {
  try {
    return (await reading).bytes
  } catch (thrown) {
    if (toAppError(thrown).code === 'NotFound') return null
    throw thrown
  }
}
