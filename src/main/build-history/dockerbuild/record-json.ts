/**
 * BuildKit's record of a build as the document in a `.dockerbuild` file: Go's JSON of the protobuf message, the way buildx writes and
 * Docker Desktop reads it. Pure; used by the files beside it.
 */
import { z } from 'zod'
import type { Descriptor, HistoryRecord } from '../../docker/buildkit/records'
import type { LocalState } from '../names'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)
const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => new Map(Object.entries(value ?? {})))
const Time = z
  .object({ seconds: count, nanos: count })
  .nullish()
  .transform((value) => (value ? value.seconds * 1000 + value.nanos / 1e6 : null))

const File = z
  .object({ media_type: text, digest: text, size: count, annotations: texts })
  .nullish()
  .transform((value): Descriptor | null =>
    value === null || value === undefined || value.digest === ''
      ? null
      : {
          mediaType: value.media_type,
          digest: value.digest,
          sizeBytes: value.size,
          annotations: value.annotations
        }
  )
const Result = z
  .object({
    Attestations: z
      .array(File)
      .nullish()
      .transform((list) => list ?? []),
    Results: z
      .record(z.string(), File)
      .nullish()
      .transform((value) => value ?? {})
  })
  .nullish()

const RecordDocument = z.object({
  Ref: text,
  Frontend: text,
  FrontendAttrs: texts,
  Exporters: z
    .array(z.object({ Type: text, Attrs: texts }))
    .nullish()
    .transform((list) => list ?? []),
  error: z.object({ code: count, message: text }).nullish(),
  CreatedAt: Time,
  CompletedAt: Time,
  logs: File,
  ExporterResponse: texts,
  Result,
  Results: z
    .record(z.string(), Result)
    .nullish()
    .transform((value) => value ?? {}),
  pinned: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  numCachedSteps: count,
  numTotalSteps: count,
  numCompletedSteps: count,
  externalError: File,
  numWarnings: count,
  localState: z.object({ LocalPath: text, DockerfilePath: text }).nullish()
})

const CANCELED = 1

/** What the document says; null for one that is no record of a build. */
export function recordFromJson(
  document: unknown
): { readonly record: HistoryRecord; readonly local: LocalState | null } | null {
  const parsed = RecordDocument.safeParse(document)
  if (!parsed.success) return null
  const { data } = parsed
  const { CreatedAt: created } = data
  if (data.Ref === '' || created === null) return null
  const results = [['', data.Result] as const, ...Object.entries(data.Results)]
  return {
    local: data.localState ?? null,
    record: {
      ref: data.Ref,
      frontend: data.Frontend,
      attrs: data.FrontendAttrs,
      exporters: data.Exporters.map(({ Type, Attrs }) => ({ type: Type, attrs: Attrs })),
      error:
        data.error === null || data.error === undefined
          ? null
          : { code: data.error.code, canceled: data.error.code === CANCELED, message: data.error.message },
      created,
      completed: data.CompletedAt,
      pinned: data.pinned,
      response: data.ExporterResponse,
      steps: data.numTotalSteps,
      cachedSteps: data.numCachedSteps,
      completedSteps: data.numCompletedSteps,
      warnings: data.numWarnings,
      logs: data.logs,
      errorFile: data.externalError,
      attestations: results.flatMap(([platform, result]) =>
        (result?.Attestations ?? []).flatMap((file) => (file === null ? [] : [{ platform, file }]))
      ),
      results: results.flatMap(([platform, result]) =>
        Object.values(result?.Results ?? {}).flatMap((file) => (file === null ? [] : [{ platform, file }]))
      )
    }
  }
}

/** The document of a record. What a cache is reached with, and traces of the engine, are left out, as buildx does. */
export function recordToJson(record: HistoryRecord, local: LocalState | null): object {
  const platforms = new Set([...record.attestations, ...record.results].map(({ platform }) => platform))
  const byPlatform = new Map([...platforms].map((platform) => [platform, resultJson(record, platform)]))
  const { ['']: one, ...several } = Object.fromEntries(byPlatform)
  return {
    Ref: record.ref,
    Frontend: record.frontend,
    FrontendAttrs: Object.fromEntries(
      [...record.attrs].map(([key, value]) => [key, key === 'cache-imports' ? withoutAccess(value) : value])
    ),
    Exporters: record.exporters.map(({ type, attrs }) => ({ Type: type, Attrs: Object.fromEntries(attrs) })),
    ...(record.error === null ? {} : { error: { code: record.error.code, message: record.error.message } }),
    CreatedAt: timeJson(record.created),
    ...(record.completed === null ? {} : { CompletedAt: timeJson(record.completed) }),
    ...(record.logs === null ? {} : { logs: fileJson(record.logs) }),
    ExporterResponse: Object.fromEntries(record.response),
    ...(one === undefined ? {} : { Result: one }),
    ...(Object.keys(several).length === 0 ? {} : { Results: several }),
    ...(record.errorFile === null ? {} : { externalError: fileJson(record.errorFile) }),
    numCachedSteps: record.cachedSteps,
    numTotalSteps: record.steps,
    numCompletedSteps: record.completedSteps,
    numWarnings: record.warnings,
    DefaultPlatform: '',
    ...(local === null
      ? {}
      : { localState: { LocalPath: local.LocalPath, DockerfilePath: local.DockerfilePath } })
  }
}

function resultJson({ attestations, results }: HistoryRecord, wanted: string): object {
  const of = (files: HistoryRecord['results']): object[] =>
    files.filter(({ platform }) => platform === wanted).map(({ file }) => fileJson(file))
  return {
    Attestations: of(attestations),
    Results: Object.fromEntries(of(results).map((file, index) => [String(index), file]))
  }
}

function fileJson({ mediaType, digest, sizeBytes, annotations }: Descriptor): object {
  return {
    media_type: mediaType,
    digest,
    size: sizeBytes,
    ...(annotations.size === 0 ? {} : { annotations: Object.fromEntries(annotations) })
  }
}

function timeJson(milliseconds: number): object {
  const seconds = Math.floor(milliseconds / 1000)
  return { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) }
}

const CacheImports = z.array(
  z.object({ Type: z.string(), Attrs: z.record(z.string(), z.string()).nullish() })
)

/** Where a cache is may be told; tokens that open it may not. */
function withoutAccess(imports: string): string {
  try {
    const caches = CacheImports.parse(JSON.parse(imports)).map(({ Type, Attrs }) => ({
      Type,
      Attrs: Object.fromEntries(
        Object.entries(Attrs ?? {}).filter(([key]) => key === 'ref' || key === 'scope')
      )
    }))
    return JSON.stringify(caches)
  } catch {
    return ''
  }
}
