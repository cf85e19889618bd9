/** Which rows of a VirtualTable are rendered: those in view, a few around them, and the one that has the focus. */
import { defaultRangeExtractor, observeElementRect, useVirtualizer } from '@tanstack/vue-virtual'
import { computed, shallowRef, toValue, type MaybeRefOrGetter, type Ref } from 'vue'
import type { TableRow } from './table-types'

/** The height of every row, in pixels; equal to `--row-height`. */
export const ROW_HEIGHT = 32
const OVERSCAN = 4

export function useTableRows<T>(
  scroller: Readonly<Ref<HTMLElement | null>>,
  rows: MaybeRefOrGetter<readonly TableRow<T>[]>,
  kept: Readonly<Ref<number>>
) {
  /** Kept here: the virtualizer tells of a new size only when other rows come into view. */
  const rect = shallowRef({ width: 0, height: 0 })
  const observed: typeof observeElementRect<HTMLElement> = (instance, tell) =>
    observeElementRect(instance, (next) => {
      rect.value = next
      tell(next)
    })
  const virtualizer = useVirtualizer(
    computed(() => ({
      count: toValue(rows).length,
      getScrollElement: () => scroller.value,
      estimateSize: () => ROW_HEIGHT,
      getItemKey: (index: number) => toValue(rows)[index]?.key ?? index,
      overscan: OVERSCAN,
      observeElementRect: observed,
      // The header is inside the scroller and covers its first row.
      scrollPaddingStart: ROW_HEIGHT,
      rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const shown = defaultRangeExtractor(range)
        const extra = kept.value
        if (extra < 0 || extra >= range.count || shown.includes(extra)) return shown
        return [...shown, extra].sort((a, b) => a - b)
      }
    }))
  )

  const virtualRows = computed(() => {
    const all = toValue(rows)
    return virtualizer.value.getVirtualItems().flatMap((item) => {
      const row = all[item.index]
      return row === undefined ? [] : [{ row, index: item.index, start: item.start }]
    })
  })

  return {
    virtualRows,
    totalSize: computed(() => virtualizer.value.getTotalSize()),
    width: computed(() => rect.value.width),
    pageSize: computed(() => Math.max(1, Math.floor(rect.value.height / ROW_HEIGHT) - 2)),
    scrollTo: (index: number) => {
      virtualizer.value.scrollToIndex(index)
    }
  }
}
