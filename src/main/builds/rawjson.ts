/**
 * One line of buildx's `--progress=rawjson` as a SolveStatus: times as numbers, bytes out of base64. What is no such line
 * (a warning or an error of buildx itself) is null. Used for running builds and for those of the history.
 */
import { z } from 'zod'
import type { SolveStatus } from '@shared/builds/solve-status'

/** Go leaves out what is empty, and writes an empty list as null. */
function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((list) => list ?? [])
}
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)
const time = z
  .string()
  .nullish()
  .transform((value) => (typeof value === 'string' ? timeMs(value) : null))
const decoded = text.transform((value) => Buffer.from(value, 'base64').toString('utf8'))

const Vertex = z.object({
  digest: z.string(),
  name: text,
  inputs: listOf(z.string()),
  started: time,
  completed: time,
  cached: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  error: text
})

const Progress = z.object({ id: text, vertex: text, current: count, total: count })

const Log = z
  .object({ vertex: text, stream: count, data: text, timestamp: time })
  .transform(({ vertex, stream, data, timestamp }) => ({
    vertex,
    stream,
    data: Buffer.from(data, 'base64'),
    time: timestamp ?? 0
  }))

const Warning = z
  .object({
    vertex: text,
    short: decoded,
    detail: listOf(decoded),
    url: text,
    range: listOf(z.object({ start: z.object({ line: count }).nullish() }))
  })
  .transform(({ vertex, short, detail, url, range }) => ({
    vertex,
    text: short,
    detail,
    url,
    line: range[0]?.start?.line ?? null
  }))

const Status = z.object({
  vertexes: listOf(Vertex),
  statuses: listOf(Progress),
  logs: listOf(Log),
  warnings: listOf(Warning)
})

const KNOWN = ['vertexes', 'statuses', 'logs', 'warnings']

/** null for a line that is no progress. */
export function parseSolveStatus(line: string): SolveStatus | null {
  if (!line.startsWith('{')) return null
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  if (value === null || typeof value !== 'object') return null
  // BuildKit sends one in which nothing is new, too.
  if (Object.keys(value).length > 0 && !KNOWN.some((key) => key in value)) return null
  const parsed = Status.safeParse(value)
  return parsed.success ? parsed.data : null
}

/** Go prints nanoseconds, and `0001-01-01` for no time. Fractions of a millisecond are kept. */
export function timeMs(value: string): number | null {
  const match = /^(.*?)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(value)
  const whole = match === null ? Number.NaN : Date.parse(`${match[1] ?? ''}${match[3] ?? ''}`)
  if (Number.isNaN(whole) || whole < 0) return null
  return whole + Number(match?.[2] ?? 0) * 1000
}
