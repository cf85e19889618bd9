/**
 * Which row of a VirtualTable is the current one (in the tab order), and that the focus is not lost when rows move,
 * change or go: the current row is kept by its key, then by its place.
 */
import {
  computed,
  nextTick,
  onBeforeUpdate,
  onUpdated,
  shallowRef,
  toValue,
  type MaybeRefOrGetter,
  type Ref
} from 'vue'
import type { TableRow } from './table-types'

export function useTableFocus<T>(
  scroller: Readonly<Ref<HTMLElement | null>>,
  rows: MaybeRefOrGetter<readonly TableRow<T>[]>
) {
  const current = shallowRef<{ readonly key: string; readonly index: number } | null>(null)
  let focused: HTMLElement | null = null

  const currentIndex = computed(() => {
    const all = toValue(rows)
    const kept = current.value
    if (kept === null) return 0
    if (all[kept.index]?.key === kept.key) return kept.index
    const moved = all.findIndex((row) => row.key === kept.key)
    return moved >= 0 ? moved : Math.min(kept.index, all.length - 1)
  })

  function makeCurrent(index: number): void {
    const row = toValue(rows)[index]
    if (row !== undefined) current.value = { key: row.key, index }
  }

  function rowElement(index: number): HTMLElement | null {
    return scroller.value?.querySelector<HTMLElement>(`[data-index="${index}"]`) ?? null
  }

  async function focusRow(index: number): Promise<void> {
    makeCurrent(index)
    await nextTick()
    rowElement(index)?.focus({ preventScroll: true })
  }

  function onFocusIn(event: FocusEvent): void {
    const element = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')
    if (element) makeCurrent(Number(element.dataset['index']))
  }

  onBeforeUpdate(() => {
    const active = document.activeElement
    focused = active instanceof HTMLElement && scroller.value?.contains(active) ? active : null
  })
  onUpdated(() => {
    if (focused === null || document.activeElement === focused) return
    if (document.activeElement !== document.body) return
    const target = focused.isConnected ? focused : rowElement(currentIndex.value)
    target?.focus({ preventScroll: true })
  })

  return { currentIndex, focusRow, onFocusIn }
}
