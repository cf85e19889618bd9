/** A view's rows as the page shows them, and as text. Used by service.ts. */
import type { LogRow } from '@shared/contract/logs'
import { logText, shownText } from '@shared/docker/log-text'
import { FLAG_STDERR, PAGE_LINES } from './line-store'
import { compileQuery } from './query'
import { formatStamp } from './timestamp'
import type { LogView } from './view'

/** Bytes of a line that are shown; a screen full of longer ones would be slow to lay out. */
const SHOWN_BYTES = 4096
/** Bytes of a line that is shown whole. */
const WHOLE_BYTES = 256 * 1024
const MOST_HITS = 100

/** The rows from `from` up to `to` that are in memory. */
export async function readRows(view: LogView, from: number, to: number, whole: boolean): Promise<LogRow[]> {
  const rows: LogRow[] = []
  for (let row = Math.max(from, view.firstRow); row < Math.min(to, view.endRow); row += 1) {
    const shown = rowOf(view, row, whole ? WHOLE_BYTES : SHOWN_BYTES)
    if (shown !== null) rows.push(shown)
  }
  return await withHits(view, rows)
}

function rowOf(view: LogView, row: number, limit: number): LogRow | null {
  const place = view.place(row)
  const store = place === null ? undefined : view.logs[place.source]?.store
  if (place === null || store === undefined) return null
  const page = store.page(place.line)
  const at = place.line % PAGE_LINES
  const sizeBytes = page.length[at] as number
  const cut = sizeBytes > limit
  const raw = store.text(place.line, limit)
  // A character that the limit cut in two is left out.
  const { text, spans } = logText(cut ? raw.replace(/\ufffd+$/, '') : raw)
  return {
    row,
    source: place.source,
    stream: ((page.flags[at] as number) & FLAG_STDERR) !== 0 ? 'stderr' : 'stdout',
    time: formatStamp(page.sec[at] as number, page.nano[at] as number),
    text,
    spans,
    hits: [],
    matched: view.isMatch(row),
    sizeBytes,
    cut
  }
}

/** A regular expression is never run here: it may take for ever, and main may not. */
async function withHits(view: LogView, rows: LogRow[]): Promise<LogRow[]> {
  const { query } = view
  if (query === null || !rows.some((row) => row.matched)) return rows
  const texts = rows.map((row) => (row.matched ? row.text : ''))
  const plain = query.regex ? null : compileQuery(query)
  const ranges =
    plain === null ? await view.ranges(texts) : texts.map((text) => plain.ranges(text, MOST_HITS))
  return rows.map((row, at) => ({ ...row, hits: (ranges[at] ?? []).slice(0, MOST_HITS * 2) }))
}

export interface TextOptions {
  readonly timestamps: boolean
}

/** The line without escapes, with its container's name where there are several; null when it is gone. */
export function rowText(view: LogView, row: number, { timestamps }: TextOptions): string | null {
  const place = view.place(row)
  const log = place === null ? undefined : view.logs[place.source]
  if (place === null || log === undefined) return null
  const page = log.store.page(place.line)
  const at = place.line % PAGE_LINES
  const name = view.logs.length > 1 ? `${log.name} | ` : ''
  const stamp = timestamps ? formatStamp(page.sec[at] as number, page.nano[at] as number) : ''
  return `${name}${stamp === '' ? '' : `${stamp} `}${shownText(log.store.text(place.line))}`
}
