/** The columns of a FileTree beside the name, and from which width on they are shown. */
import type { SortKey } from './tree-types'

export interface FileColumn {
  readonly key: SortKey
  readonly label: string
  readonly width: string
  /** Pixels the tree must be wide. */
  readonly from: number
}

export const FILE_COLUMNS: readonly FileColumn[] = [
  { key: 'size', label: 'Size', width: '72px', from: 0 },
  { key: 'mtime', label: 'Modified', width: '128px', from: 420 },
  { key: 'mode', label: 'Mode', width: '92px', from: 540 },
  { key: 'owner', label: 'Owner', width: '72px', from: 620 }
]

export function shownColumns(width: number): readonly FileColumn[] {
  return FILE_COLUMNS.filter(({ from }) => width >= from)
}

/** For `grid-template-columns`. */
export function columnTemplate(width: number): string {
  return ['minmax(0, 1fr)', ...shownColumns(width).map((column) => column.width)].join(' ')
}
