/**
 * Which element shows which row. An element is the costly part of a row, so one whose row left the view shows the row
 * that came into it instead of being made anew; as long as a row is in view it keeps its element, wherever it moves, so
 * that focus, a press of the pointer and an open menu stay with the object they were meant for.
 */
import { computed, type ComputedRef, type Ref } from 'vue'
import type { TableRow } from './table-types'

export interface RowPlace<T> {
  readonly row: TableRow<T>
  readonly index: number
  readonly start: number
}

export interface RowSlot<T> extends RowPlace<T> {
  /** The element's key. */
  readonly slot: string
}

/**
 * The rows in view, each with its element. What somebody is just using (it has the focus, is being pressed, has its menu
 * open) must not turn into another object under their hand: it goes with its row.
 */
export function useRowSlots<T>(
  scroller: Readonly<Ref<HTMLElement | null>>,
  places: Readonly<Ref<readonly RowPlace<T>[]>>
): ComputedRef<readonly RowSlot<T>[]> {
  /** By the row's key; what the last result said. */
  let held = new Map<string, string>()
  let made = 0

  return computed(() => {
    const now = places.value
    const shown = new Set(now.map(({ row }) => row.key))
    const left = [...held].filter(([key]) => !shown.has(key)).map(([, slot]) => slot)
    const used = left.length > 0 ? slotsInUse(scroller.value) : new Set()
    const free = left.filter((slot) => !used.has(slot))

    function slotFor({ kind, key }: TableRow<T>): string {
      const kept = held.get(key)
      if (kept !== undefined) return kept
      const at = free.findLastIndex((slot) => slot.startsWith(kind))
      return free.splice(at, at < 0 ? 0 : 1)[0] ?? `${kind}-${++made}`
    }

    const slots = now.map((place) => ({ ...place, slot: slotFor(place.row) }))
    held = new Map(slots.map(({ row, slot }) => [row.key, slot]))
    return slots
  })
}

function slotsInUse(scroller: HTMLElement | null): ReadonlySet<string | undefined> {
  if (scroller === null) return new Set()
  const open = scroller.querySelectorAll('[aria-haspopup][aria-expanded="true"]')
  const used = [document.activeElement, scroller.querySelector('[data-slot]:active'), ...open]
  return new Set(used.map((element) => element?.closest<HTMLElement>('[data-slot]')?.dataset['slot']))
}
