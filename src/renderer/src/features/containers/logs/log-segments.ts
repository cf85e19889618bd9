/** A row cut into the pieces it is drawn of: colours, matches and links, each piece of one kind. Pure; kept per row. */
import type { LogRow } from '@shared/contract/logs'
import type { LogSpan } from '@shared/docker/log-text'

export interface Segment {
  readonly text: string
  readonly classes: string
  readonly style: Readonly<Record<string, string>> | undefined
  /** The web address it leads to. */
  readonly link: string | null
}

/** What a line is drawn of; a line of a build has no matches marked. */
export type DrawnText = Pick<LogRow, 'text' | 'spans'> & Partial<Pick<LogRow, 'hits'>>

const made = new WeakMap<DrawnText, readonly Segment[]>()
const LINK = /https?:\/\/[^\s<>"'`\u2028\u2029]{1,2000}/gi
/** So many links are made of one line. */
const MOST_LINKS = 50

/** The pieces of a row, in order; together they are its text. */
export function segmentsOf(row: DrawnText): readonly Segment[] {
  const known = made.get(row)
  if (known !== undefined) return known
  const segments = cut(row)
  made.set(row, segments)
  return segments
}

interface Range {
  readonly start: number
  readonly end: number
}

function cut(row: DrawnText): Segment[] {
  const { text, spans, hits: flat = [] } = row
  const links = linksIn(text)
  const hits = pairs(flat)
  if (spans.length === 0 && links.length === 0 && hits.length === 0) return [piece(text, null, false, null)]
  const bounds = new Set([0, text.length])
  for (const { start, end } of [...spans, ...links, ...hits]) bounds.add(start).add(end)
  const cuts = [...bounds].filter((at) => at >= 0 && at <= text.length).sort((a, b) => a - b)
  const [span, link, hit] = [cursor(spans), cursor(links), cursor(hits)]
  const segments: Segment[] = []
  for (let n = 0; n + 1 < cuts.length; n += 1) {
    const [start, end] = [cuts[n] as number, cuts[n + 1] as number]
    const linked = link(start)
    const address = linked === null ? null : text.slice(linked.start, linked.end)
    segments.push(piece(text.slice(start, end), span(start), hit(start) !== null, address))
  }
  return segments
}

/** Of ranges in order: the one that holds a place, asked for ascending places. */
function cursor<R extends Range>(ranges: readonly R[]): (at: number) => R | null {
  let next = 0
  return (at) => {
    while ((ranges[next]?.end ?? Infinity) <= at) next += 1
    const range = ranges[next]
    return range !== undefined && range.start <= at ? range : null
  }
}

function pairs(flat: readonly number[]): Range[] {
  return Array.from({ length: flat.length >> 1 }, (_, n) => ({
    start: flat[n * 2] as number,
    end: flat[n * 2 + 1] as number
  }))
}

/** Web addresses; what usually ends a sentence or a bracket around one is not part of it. */
export function linksIn(text: string): Range[] {
  const found: Range[] = []
  if (!text.includes('://')) return found
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(/[)\]}.,;:!?]+$/, '')
    if (URL.canParse(address)) found.push({ start: match.index, end: match.index + address.length })
    if (found.length === MOST_LINKS) break
  }
  return found
}

const FLAGS = ['bold', 'dim', 'italic', 'underline', 'strike', 'inverse'] as const

function piece(text: string, span: LogSpan | null, hit: boolean, link: string | null): Segment {
  const classes: string[] = hit ? ['hit'] : []
  const style: Record<string, string> = {}
  if (span !== null) {
    for (const flag of FLAGS) if (span[flag] === true) classes.push(flag)
    colour('fg', span.fg, classes, style)
    colour('bg', span.bg, classes, style)
  }
  return {
    text,
    classes: classes.join(' '),
    style: Object.keys(style).length === 0 ? undefined : style,
    link
  }
}

/** The palette's colours are the theme's; any other is what the program chose. */
function colour(
  which: 'fg' | 'bg',
  value: string | undefined,
  classes: string[],
  style: Record<string, string>
): void {
  if (value === undefined) return
  if (/^#[0-9a-f]{6}$/.test(value)) style[which === 'fg' ? 'color' : 'background-color'] = value
  else if (/^\d{1,2}$/.test(value)) classes.push(`${which}-${value}`)
}
