/**
 * Going on where a log was left. The engine can only be asked for what came since a time, so a stretch is asked for twice,
 * and what is known of it is left out by time, stream and length. Pure; used by reader.ts.
 */
import type { Line } from './line-assembler'
import { STDERR } from './framing'
import { FLAG_STDERR, PAGE_LINES, type StoreReader } from './line-store'

/** The two streams of a container are stamped apart: a line may be written after a younger one. */
const OVERLAP_SECONDS = 2
/** So far back lines are compared at most: a container that writes faster is asked for less. */
const MOST_COMPARED = 500_000

export interface Resume {
  /** For the engine's `since`. */
  readonly since: string
  /** Whether this line is known already; each known line is answered once. */
  isKnown(line: Line): boolean
  /** True once a known line has come: nothing is missing before it. */
  readonly met: boolean
}

/** null while there is nothing to go on from. `pendingSince` is when an unfinished line began, in seconds. */
export function resumeAfter(store: StoreReader, pendingSince: number | null): Resume | null {
  const newest = newestSecond(store)
  if (newest === null) return null
  const from = Math.min(newest - OVERLAP_SECONDS, pendingSince ?? Infinity)
  const known = knownSince(store, from)
  let met = false
  return {
    since: `${Math.max(0, from)}.000000000`,
    get met() {
      return met
    },
    isKnown(line) {
      if (line.sec > newest + OVERLAP_SECONDS) known.clear()
      const key = keyOf(line.sec, line.nano, line.stream === STDERR, line.end - line.start)
      const count = known.get(key)
      if (count === undefined) return false
      if (count === 1) known.delete(key)
      else known.set(key, count - 1)
      met = true
      return true
    }
  }
}

function newestSecond(store: StoreReader): number | null {
  let newest: number | null = null
  const first = Math.max(store.firstLine, store.endLine - 1000)
  for (let line = store.endLine - 1; line >= first; line -= 1) {
    const sec = store.page(line).sec[line % PAGE_LINES] as number
    if (sec > 0) newest = Math.max(newest ?? 0, sec)
  }
  return newest
}

function knownSince(store: StoreReader, from: number): Map<string, number> {
  const known = new Map<string, number>()
  const first = Math.max(store.firstLine, store.endLine - MOST_COMPARED)
  for (let line = store.endLine - 1; line >= first; line -= 1) {
    const page = store.page(line)
    const at = line % PAGE_LINES
    const sec = page.sec[at] as number
    if (sec < from - OVERLAP_SECONDS) break
    const stderr = ((page.flags[at] as number) & FLAG_STDERR) !== 0
    const key = keyOf(sec, page.nano[at] as number, stderr, page.length[at] as number)
    known.set(key, (known.get(key) ?? 0) + 1)
  }
  return known
}

function keyOf(sec: number, nano: number, stderr: boolean, length: number): string {
  return `${sec}.${nano}.${stderr ? 2 : 1}.${length}`
}
