/** Where a key leads in an ImageTree, by the rules of the ARIA tree pattern. Pure: works on rows by their place. */
import type { RowList } from './row-types'

/** How far a typed name is looked for: what has not been read has no name yet. */
const TYPED_ROWS = 5_000

/** Null when the key means nothing here. */
export function rowAfterKey(key: string, rows: RowList, index: number, page: number): number | null {
  const last = rows.length - 1
  if (last < 0) return null
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, index + 1)
    case 'ArrowUp':
      return Math.max(0, index - 1)
    case 'PageDown':
      return Math.min(last, index + page)
    case 'PageUp':
      return Math.max(0, index - page)
    case 'Home':
      return 0
    case 'End':
      return last
    case 'ArrowLeft':
      return rows.parentOf(index)
    case 'ArrowRight': {
      const row = rows.at(index)
      return row?.kind === 'entry' && row.expanded === true ? Math.min(last, index + 1) : null
    }
    default:
      return null
  }
}

/** The next row whose name begins with what was typed. */
export function rowByText(rows: RowList, index: number, typed: string): number | null {
  const wanted = typed.toLowerCase()
  const first = typed.length === 1 ? 1 : 0
  const length = rows.length
  for (let step = first; step < Math.min(length, TYPED_ROWS) + first; step++) {
    const at = (index + step) % length
    const row = rows.at(at)
    if (row?.kind === 'entry' && row.entry.name.toLowerCase().startsWith(wanted)) return at
  }
  return null
}
