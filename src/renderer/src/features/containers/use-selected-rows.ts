/** Which containers are ticked. What the filter hides is remembered but never acted on: nothing happens out of sight. */
import { computed, shallowRef, type ComputedRef, type Ref } from 'vue'
import type { ContainerRow } from './row-model'

export interface SelectedRows {
  readonly rows: ComputedRef<readonly ContainerRow[]>
  readonly ids: ComputedRef<ReadonlySet<string>>
  set(ids: ReadonlySet<string>): void
  clear(): void
}

/** @param shown what the filter lets through, in order. */
export function useSelectedRows(shown: Readonly<Ref<readonly ContainerRow[]>>): SelectedRows {
  const ticked = shallowRef<ReadonlySet<string>>(new Set())
  const rows = computed(() =>
    ticked.value.size === 0 ? [] : shown.value.filter((row) => ticked.value.has(row.id))
  )
  return {
    rows,
    ids: computed(() => new Set(rows.value.map((row) => row.id))),
    set: (ids) => (ticked.value = ids),
    clear: () => (ticked.value = new Set())
  }
}
