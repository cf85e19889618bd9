/**
 * The characters of many lines at once: lines lie one after another in their chunk, and one decoding for a few hundred of
 * them costs a tenth of one for each. Used by view-scan.ts, which goes through lines in order.
 */
import { shownText } from '@shared/docker/log-text'
import { PAGE_LINES, type StoreReader } from './line-store'
import type { Matcher } from './query'

const RUN_BYTES = 32 * 1024
/** A longer line with control characters is searched as it was written: to make sense of them would take too long. */
const MAX_SHOWN = 256 * 1024
/** Control characters, and what is no ASCII. */
const NOT_PLAIN = /[^\t\u0020-\u007e]/

interface Run {
  readonly first: number
  readonly end: number
  /** The chunk's offset at which the run begins. */
  readonly offset: number
  /** null when some of it is not plain ASCII: then each line has to be looked at by itself. */
  readonly text: string | null
  /** False when no line of it can match. */
  readonly hopeful: boolean
}

export class LineRuns {
  readonly #store: StoreReader
  readonly #matcher: Matcher
  #run: Run = { first: 0, end: 0, offset: 0, text: null, hopeful: true }

  constructor(store: StoreReader, matcher: Matcher) {
    this.#store = store
    this.#matcher = matcher
  }

  /** Whether what is seen of the line matches. */
  matches(line: number): boolean {
    if (line < this.#run.first || line >= this.#run.end) this.#run = this.#load(line)
    const { text, hopeful, offset } = this.#run
    if (!hopeful) return false
    if (text === null) return this.#matcher.test(searchable(this.#store.text(line)))
    const page = this.#store.page(line)
    const at = line % PAGE_LINES
    const start = (page.offset[at] as number) - offset
    return this.#matcher.test(text.slice(start, start + (page.length[at] as number)))
  }

  /** The run that begins with this line: within one page of the index and one chunk. */
  #load(first: number): Run {
    const page = this.#store.page(first)
    let at = first % PAGE_LINES
    const [chunk, offset] = [page.chunk[at] as number, page.offset[at] as number]
    const last = Math.min(PAGE_LINES, at + this.#store.endLine - first)
    let end = offset
    for (; at < last && page.chunk[at] === chunk && end - offset < RUN_BYTES; at += 1) {
      end = (page.offset[at] as number) + (page.length[at] as number)
    }
    const endLine = first - (first % PAGE_LINES) + at
    const bytes = this.#store.chunks.get(chunk)
    const decoded =
      bytes === undefined || end - offset > RUN_BYTES * 2 ? null : bytes.toString('latin1', offset, end)
    const text = decoded === null || NOT_PLAIN.test(decoded) ? null : decoded
    const hopeful = text === null || !this.#matcher.plain || this.#matcher.test(text)
    return { first, end: endLine, offset, text, hopeful }
  }
}

function searchable(raw: string): string {
  return raw.length <= MAX_SHOWN ? shownText(raw) : raw
}
