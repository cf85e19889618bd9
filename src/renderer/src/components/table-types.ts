/** The shapes a VirtualTable is described by. */

export interface TableColumn {
  /** Names the slot `cell-<key>` and the sort key. */
  readonly key: string
  readonly label: string
  /** A CSS grid track, for example `minmax(140px, 2fr)` or `88px`. */
  readonly width: string
  readonly sortable?: boolean | undefined
  readonly align?: 'start' | 'end' | undefined
  /** The column whose cell names the row (`rowheader`): exactly one, and its cell holds nothing but the link. */
  readonly rowHeader?: boolean | undefined
  /** The label is there for screen readers only (a column of buttons). */
  readonly hideLabel?: boolean | undefined
  /** Left out while the table is narrower than this many pixels. */
  readonly hideBelow?: number | undefined
}

export interface TableSort {
  readonly key: string
  readonly direction: 'ascending' | 'descending'
}

/** One line of the table: an object, or the heading of a group. `key` is unique over both kinds. */
export type TableRow<T> =
  | {
      readonly kind: 'item'
      readonly key: string
      readonly label: string
      readonly item: T
      readonly level?: 1 | 2
    }
  | {
      readonly kind: 'group'
      readonly key: string
      readonly label: string
      readonly count: number
      readonly expanded: boolean
    }

/** The sort after a click on a column: ascending first, then turned round. */
export function nextSort(current: TableSort | null, key: string): TableSort {
  const turned = current?.key === key && current.direction === 'ascending'
  return { key, direction: turned ? 'descending' : 'ascending' }
}
