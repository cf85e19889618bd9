/** What a key does in a FileTree, by the rules of the ARIA tree pattern. Pure: works on rows, not on elements. */
import type { EntryRow, TreeRow } from './tree-types'

export type TreeAction =
  | { readonly do: 'move'; readonly to: number }
  | { readonly do: 'toggle' | 'open' | 'copy'; readonly row: EntryRow }

export interface TreeKey {
  readonly key: string
  readonly ctrl: boolean
}

/** Null when the key means nothing here. `page` is how many rows are in view. */
export function treeAction(
  { key, ctrl }: TreeKey,
  rows: readonly TreeRow[],
  index: number,
  page: number
): TreeAction | null {
  const row = rows[index]
  if (row?.kind !== 'entry') return moved(key, rows, index, page)
  if (ctrl) return key.toLowerCase() === 'c' ? { do: 'copy', row } : null
  if (key === 'Enter') return { do: 'open', row }
  if (key === 'ArrowRight') {
    if (row.expanded === false) return { do: 'toggle', row }
    return row.expanded === true ? { do: 'move', to: child(rows, index) } : null
  }
  if (key === 'ArrowLeft') {
    if (row.expanded === true) return { do: 'toggle', row }
    const parent = parentIndex(rows, index)
    return parent === null ? null : { do: 'move', to: parent }
  }
  return moved(key, rows, index, page)
}

/** The next row whose name begins with what was typed, from the current one on; null when there is none. */
export function typedIndex(rows: readonly TreeRow[], index: number, typed: string): number | null {
  const wanted = typed.toLowerCase()
  // One letter again and again goes on to the next; more letters may still mean the current row.
  const first = typed.length === 1 ? 1 : 0
  for (let step = first; step < rows.length + first; step += 1) {
    const at = (index + step) % rows.length
    const row = rows[at]
    if (row?.kind === 'entry' && row.entry.name.toLowerCase().startsWith(wanted)) return at
  }
  return null
}

function moved(key: string, rows: readonly TreeRow[], index: number, page: number): TreeAction | null {
  const moves: Readonly<Record<string, readonly [to: number, step: 1 | -1]>> = {
    ArrowDown: [index + 1, 1],
    ArrowUp: [index - 1, -1],
    PageDown: [Math.min(index + page, rows.length - 1), -1],
    PageUp: [Math.max(index - page, 0), 1],
    Home: [0, 1],
    End: [rows.length - 1, -1]
  }
  const [start, step] = moves[key] ?? []
  if (start === undefined || step === undefined) return null
  for (let to = start; to >= 0 && to < rows.length; to += step) {
    if (rows[to]?.kind === 'entry') return { do: 'move', to }
  }
  return null
}

function child(rows: readonly TreeRow[], index: number): number {
  return rows[index + 1]?.kind === 'entry' && (rows[index + 1]?.level ?? 0) > (rows[index]?.level ?? 0)
    ? index + 1
    : index
}

function parentIndex(rows: readonly TreeRow[], index: number): number | null {
  const level = rows[index]?.level ?? 1
  for (let at = index - 1; at >= 0; at -= 1) if ((rows[at]?.level ?? level) < level) return at
  return null
}
