/**
 * Logs: a view onto the lines of one container, of several merged by time, or of a build. The lines live in main; the page watches the
 * view (how many rows, matches, levels) and reads only the rows it shows. Rows have numbers that never change while the
 * view is open, except those at or after `changedFrom`.
 */
import { z } from 'zod'
import { LOG_LEVELS } from '../docker/log-levels'
import { ContainerId } from './containers'
import { call, stream } from './dsl'

export const LogLevel = z.enum(LOG_LEVELS)
export type LogLevel = z.output<typeof LogLevel>

const Time = z.number().min(0).max(8.64e15)
const Row = z.number().int().min(0)

/** A build of this app, or one of its steps: see `buildLogId` in builds.ts. */
const BuildLogId = z.string().regex(/^build:[0-9a-f-]{36}(?::\d{1,6})?$/)

/** What of the lines is shown. Times are milliseconds since the epoch. */
export const LogFilter = z.object({
  stdout: z.boolean(),
  stderr: z.boolean(),
  /** null: all. */
  levels: z.array(LogLevel).nullable(),
  since: Time.nullable(),
  until: Time.nullable(),
  /** Only the last so many lines of each container as they were when the view was opened, and what follows. */
  tail: z.number().int().min(0).max(100_000_000).nullable(),
  query: z.string().max(10_000),
  regex: z.boolean(),
  caseSensitive: z.boolean(),
  /** Only lines that the query matches. */
  onlyMatches: z.boolean()
})
export type LogFilter = z.output<typeof LogFilter>

/** One container of a view. */
export const LogSource = z.object({
  id: z.string(),
  name: z.string(),
  /**
   * `reading` what was written before; `following`; `ended` with the container; `removed`; `waiting` for the engine;
   * `unreadable` for good (the log driver keeps nothing, or the engine refused), `message` says why.
   */
  state: z.enum(['reading', 'following', 'ended', 'removed', 'waiting', 'unreadable']),
  message: z.string().nullable(),
  hint: z.string().nullable(),
  /** Lines in memory. */
  lines: z.number(),
  /** Lines that were read and let go since, because memory is bounded. */
  dropped: z.number(),
  /** The engine has older lines that were not read. */
  olderUnread: z.boolean()
})
export type LogSource = z.output<typeof LogSource>

/** Lines by level, and over time. `counts[b]` is the bucket that starts at `startMs + b * widthMs`, by {@link LOG_LEVELS}. */
export const LogFacets = z.object({
  levels: z.array(z.number()),
  startMs: z.number(),
  widthMs: z.number(),
  counts: z.array(z.array(z.number()))
})
export type LogFacets = z.output<typeof LogFacets>

export const LogViewState = z.object({
  /** Names the view in the other calls, while this stream is open. */
  view: z.string(),
  firstRow: Row,
  endRow: Row,
  /** Rows from here on may be other ones than in the item before; Infinity never is sent, `endRow` means none. */
  changedFrom: Row,
  /** null while nothing is searched. */
  matches: z.number().nullable(),
  /** Not all lines have been looked at yet. */
  searching: z.boolean(),
  /** Why the query cannot be searched. */
  problem: z.object({ message: z.string(), hint: z.string() }).nullable(),
  sources: z.array(LogSource),
  /** Enough lines are JSON objects for columns and levels to be of use. */
  json: z.boolean(),
  facets: LogFacets.nullable(),
  /** Lines were cleared away and can be shown again. */
  cleared: z.boolean()
})
export type LogViewState = z.output<typeof LogViewState>

/** One run of characters that look alike, out of the colours a program printed. */
export const LogSpan = z.object({
  start: z.number(),
  end: z.number(),
  fg: z.string().exactOptional(),
  bg: z.string().exactOptional(),
  bold: z.literal(true).exactOptional(),
  dim: z.literal(true).exactOptional(),
  italic: z.literal(true).exactOptional(),
  underline: z.literal(true).exactOptional(),
  strike: z.literal(true).exactOptional(),
  inverse: z.literal(true).exactOptional()
})

/** One row as it is shown. */
export const LogRow = z.object({
  row: Row,
  /** Index into the view's sources. */
  source: z.number(),
  stream: z.enum(['stdout', 'stderr']),
  /** RFC 3339 with nanoseconds, as `docker logs --timestamps` prints it; empty when the engine gave none. */
  time: z.string(),
  text: z.string(),
  spans: z.array(LogSpan).readonly(),
  /** Start and end of each match, in turn. */
  hits: z.array(z.number()).readonly(),
  matched: z.boolean(),
  /** Bytes of the whole line. */
  sizeBytes: z.number(),
  /** Only the beginning is here. */
  cut: z.boolean()
})
export type LogRow = z.output<typeof LogRow>

const inView = z.object({ view: z.string().max(64) })
const range = { from: Row, to: Row }

export const logs = {
  watch: stream({
    params: z.object({
      sources: z
        .array(z.object({ id: z.union([ContainerId, BuildLogId]), name: z.string().max(1000) }))
        .min(1)
        .max(200),
      filter: LogFilter
    }),
    item: LogViewState,
    delivery: 'state'
  }),
  /** The rows from `from` up to but not including `to`, those that are there. `whole` gives up to 256 KiB of each line. */
  read: call({
    params: inView.extend({ ...range, whole: z.boolean().optional() }),
    result: z.array(LogRow)
  }),
  /** The matching row after (`next`) or before `row`, round the end, and which one of the matches it is, from 1. */
  match: call({
    params: inView.extend({ row: z.number().int().min(-1), direction: z.enum(['next', 'previous']) }),
    result: z.object({ row: Row, ordinal: z.number() }).nullable()
  }),
  /** Copies rows to the clipboard, as they were written but without escapes. */
  copy: call({
    params: inView.extend({ ...range, timestamps: z.boolean() }),
    result: z.object({ lines: z.number() })
  }),
  /** Lets the view begin after what is there now (`true`), or shows it again. Nothing is lost. */
  clear: call({ params: inView.extend({ cleared: z.boolean() }), result: z.void() }),
  /** Asks for a file and writes to it as a task: every line, or the rows of the view; null when the dialog was cancelled. */
  export: call({
    params: inView.extend({ what: z.enum(['all', 'shown']), timestamps: z.boolean() }),
    result: z.object({ taskId: z.string() }).nullable()
  }),
  /** Opens a web address that stands in a line. The page has asked before. */
  openLink: call({ params: z.object({ url: z.string().max(8192) }), result: z.void() })
}
