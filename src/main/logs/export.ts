/**
 * Writes lines to a file as `docker logs` prints them: byte for byte, escapes included. Streams, so that neither memory nor
 * main's other work notices; a file that is not whole is not left behind. Called by service.ts as a task.
 */
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError, attempted } from '@shared/errors'
import type { ContainerLog } from './container-log'
import { FLAG_OPEN, PAGE_LINES } from './line-store'
import { formatStamp } from './timestamp'
import type { LogView, Place } from './view'

const BATCH_BYTES = 256 * 1024
const FEED = Buffer.from('\n')

export interface ExportOptions {
  /** Every line of the view's containers, or only its rows. */
  readonly what: 'all' | 'shown'
  readonly timestamps: boolean
}

export interface ExportJob {
  /** About how many lines there are, for the progress. */
  readonly total: number
  write(path: string, onProgress: (lines: number) => void, signal: AbortSignal): Promise<number>
}

/** The lines as they are now: what is written later is not in the file. */
export function exportJob(view: LogView, { what, timestamps }: ExportOptions): ExportJob {
  const { logs } = view
  const ends = logs.map(({ store }) => store.endLine)
  const [first, end] = [view.firstRow, view.endRow]
  const all = logs.reduce((sum, { store }) => sum + store.endLine - store.firstLine, 0)
  return {
    total: what === 'all' ? all : end - first,
    async write(path, onProgress, signal) {
      const places = what === 'all' ? mergedPlaces(logs, ends) : shownPlaces(view, first, end)
      let lines = 0
      const count = (): void => {
        lines += 1
        if (lines % 1000 === 0) onProgress(lines)
      }
      await writeWhole(path, batches(logs, places, timestamps, count), signal)
      return lines
    }
  }
}

async function writeWhole(path: string, content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
  const partial = `${path}.part`
  try {
    await pipeline(Readable.from(content), createWriteStream(partial), { signal })
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined)
    if (signal.aborted) throw error
    throw attempted('Could not write the file', fileError(error))
  }
}

function fileError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const say = (message: string, hint: string): AppError =>
    new AppError('System', message, { hint, cause: error })
  if (code === 'ENOSPC') return say('the disk is full.', 'Free some space, or choose another place.')
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return say('this place may not be written to.', 'Choose another place.')
  return typeof code === 'string' ? say(`the system answered ${code}.`, 'Choose another place.') : error
}

async function* batches(
  logs: readonly ContainerLog[],
  places: Iterable<Place>,
  timestamps: boolean,
  count: () => void
): AsyncGenerator<Buffer, void, undefined> {
  let parts: Uint8Array[] = []
  let size = 0
  for (const { source, line } of places) {
    const log = logs[source]
    if (log === undefined || line < log.store.firstLine) continue
    const before = parts.length
    addLine(log, line, parts, { timestamps, named: logs.length > 1 })
    for (const part of parts.slice(before)) size += part.length
    count()
    if (size < BATCH_BYTES) continue
    yield Buffer.concat(parts, size)
    parts = []
    size = 0
    await nextTurn()
  }
  if (size > 0) yield Buffer.concat(parts, size)
}

function addLine(
  { store, name }: ContainerLog,
  line: number,
  parts: Uint8Array[],
  { timestamps, named }: { timestamps: boolean; named: boolean }
): void {
  const page = store.page(line)
  const at = line % PAGE_LINES
  const stamp = timestamps ? formatStamp(page.sec[at] as number, page.nano[at] as number) : ''
  const prefix = `${named ? `${name} | ` : ''}${stamp === '' ? '' : `${stamp} `}`
  if (prefix !== '') parts.push(Buffer.from(prefix))
  parts.push(store.bytes(line))
  if (named || ((page.flags[at] as number) & FLAG_OPEN) === 0) parts.push(FEED)
}

function* shownPlaces(view: LogView, first: number, end: number): Generator<Place> {
  for (let row = first; row < end; row += 1) {
    const place = view.place(row)
    if (place !== null) yield place
  }
}

/** All lines of all containers by time; each container's in its own order. */
function* mergedPlaces(logs: readonly ContainerLog[], ends: readonly number[]): Generator<Place> {
  const heads = logs.map(({ store }, source) => ({
    source,
    store,
    line: store.firstLine,
    time: 0,
    end: ends[source] ?? 0
  }))
  const advance = (head: (typeof heads)[number], line: number): void => {
    head.line = Math.max(line, head.store.firstLine)
    if (head.line < head.end) head.time = Math.max(head.time, head.store.timeMs(head.line))
  }
  for (const head of heads) advance(head, head.line)
  for (;;) {
    let next: (typeof heads)[number] | null = null
    for (const head of heads) {
      if (head.line < head.store.firstLine) advance(head, head.line)
      if (head.line < head.end && (next === null || head.time < next.time)) next = head
    }
    if (next === null) return
    yield { source: next.source, line: next.line }
    advance(next, next.line + 1)
  }
}
