/** Two Dockerfiles line by line: what both have, what only one has. Pure. */
import { diffArrays } from 'diff'

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
  /** From 1; null where that file has no such line. */
  readonly before: number | null
  readonly after: number | null
}

/** Files that differ in more lines are shown one after the other. */
const MOST_DIFFERENCES = 1000

export function dockerfileDiff(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  const parts = diffArrays(old, now, { maxEditLength: MOST_DIFFERENCES }) ?? [
    { value: old, removed: true, added: false },
    { value: now, removed: false, added: true }
  ]
  let [left, right] = [0, 0]
  return parts.flatMap(({ value, removed, added }) =>
    value.map((text): DiffLine => {
      if (removed) return { kind: 'removed', text, before: (left += 1), after: null }
      if (added) return { kind: 'added', text, before: null, after: (right += 1) }
      return { kind: 'same', text, before: (left += 1), after: (right += 1) }
    })
  )
}

/** A line feed at the end of a text makes no line of its own. */
function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
}
