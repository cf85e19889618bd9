/** The store's containers as the table's lines, step by step, so that each change redoes only the steps it concerns. */
import { computed, type ComputedRef, type Ref } from 'vue'
import { useContainersStore } from '@/stores/containers'
import {
  compareBy,
  filtered,
  flatLines,
  groupedLines,
  sortedFrom,
  type Compare,
  type TableLine
} from './list-query'
import { containerRow, type ContainerRow } from './row-model'
import type { ListView } from './use-list-view'

export interface ContainersTable {
  /** What the filter lets through, in order; folded away or not. */
  readonly rows: ComputedRef<readonly ContainerRow[]>
  readonly lines: ComputedRef<readonly TableLine[]>
}

interface Ordered {
  readonly compare: Compare
  readonly rows: readonly ContainerRow[]
}

export function useContainersTable(view: Readonly<Ref<ListView>>): ContainersTable {
  const store = useContainersStore()
  const sort = computed(() => view.value.sort)
  const search = computed(() => view.value.search)
  const state = computed(() => view.value.state)
  const grouped = computed(() => view.value.grouped)
  const collapsed = computed(() => view.value.collapsed)

  const all = computed(() => new Set([...store.items.values()].map(containerRow)))
  const compare = computed(() => compareBy(sort.value))
  const ordered = computed<Ordered>((before) => ({
    compare: compare.value,
    rows: sortedFrom(before?.compare === compare.value ? before.rows : [], all.value, compare.value)
  }))
  const rows = computed(() => filtered(ordered.value.rows, search.value, state.value))
  const lines = computed(() => {
    if (!grouped.value) return flatLines(rows.value)
    // What was searched for must be seen, also inside a folded project.
    return groupedLines(rows.value, search.value === '' ? collapsed.value : new Set())
  })
  return { rows, lines }
}
