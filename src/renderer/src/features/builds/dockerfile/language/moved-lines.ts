/** Where lines of an older text are in a newer one: what is the same at the beginning and at the end moves along. Pure. */

export interface MovedLines {
  /** The line now; null for one within what was changed. */
  moved(line: number): number | null
  /** Whether a line of the newer text is within what was changed. */
  changed(line: number): boolean
}

export function movedLines(before: string, now: string): MovedLines {
  if (before === now) return { moved: (line) => line, changed: () => false }
  const old = before.split('\n')
  const fresh = now.split('\n')
  const most = Math.min(old.length, fresh.length)
  let head = 0
  while (head < most && old[head] === fresh[head]) head += 1
  let tail = 0
  while (tail < most - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1
  const by = fresh.length - old.length
  return {
    moved: (line) => (line <= head ? line : line > old.length - tail ? line + by : null),
    changed: (line) => line > head && line <= fresh.length - tail
  }
}
