/** The images table's lines: rows under a heading for each repository that has several. Pure; no Vue. */
import type { TableRow } from '@/components/table-types'
import type { ImageRow } from './image-model'

export type ImageLine = TableRow<ImageRow>

const REPOSITORY = 'repository:'
const lines = { 1: new WeakMap<ImageRow, ImageLine>(), 2: new WeakMap<ImageRow, ImageLine>() }

/** The same line for the same row, so that the table leaves rows alone that did not change. */
function lineOf(row: ImageRow, level: 1 | 2): ImageLine {
  const known = lines[level].get(row)
  if (known !== undefined) return known
  const line: ImageLine = { kind: 'item', key: row.key, label: row.name, item: row, level }
  lines[level].set(row, line)
  return line
}

export function flatImageLines(rows: readonly ImageRow[]): readonly ImageLine[] {
  return rows.map((row) => lineOf(row, 1))
}

/**
 * Repositories with one row are that row; the others are a heading with their rows, behind them, because what follows a
 * group would look like its own. Both keep the order of `rows`.
 */
export function groupedImageLines(
  rows: readonly ImageRow[],
  collapsed: ReadonlySet<string>
): readonly ImageLine[] {
  const groups = new Map<string, ImageRow[]>()
  for (const row of rows) {
    const group = groups.get(row.repository)
    if (group === undefined) groups.set(row.repository, [row])
    else group.push(row)
  }
  const single = [...groups.values()].flatMap(([first, second]) =>
    first !== undefined && second === undefined ? [lineOf(first, 1)] : []
  )
  const several = [...groups].flatMap(([repository, group]): readonly ImageLine[] => {
    if (group.length === 1) return []
    const expanded = !collapsed.has(repository)
    const key = `${REPOSITORY}${repository}`
    const head: ImageLine = { kind: 'group', key, label: repository, count: group.length, expanded }
    return expanded ? [head, ...group.map((row) => lineOf(row, 2))] : [head]
  })
  return [...single, ...several]
}

/** The repository a heading's key stands for. */
export function repositoryOfKey(key: string): string {
  return key.slice(REPOSITORY.length)
}
