/**
 * Selected lines, by number, however many are drawn: a drag over several lines, Shift+click, Shift with the arrows, all of
 * them. Within one line the browser's own selection is left alone.
 */
import { computed, shallowRef, type Ref } from 'vue'

export interface LogSelection {
  /** The first selected row, and the one after the last; null: none. */
  readonly range: Readonly<Ref<readonly [number, number] | null>>
  has(row: number): boolean
  onMouseDown(event: MouseEvent): void
  onMouseMove(event: MouseEvent): void
  /** Moves the end of the selection; answers the row it is at now. */
  extend(by: number, otherwise: number): number
  all(): void
  clear(): void
}

export function useLogSelection(
  rows: () => { readonly firstRow: number; readonly endRow: number }
): LogSelection {
  const ends = shallowRef<{ readonly anchor: number; readonly focus: number } | null>(null)
  let pressed: number | null = null

  const range = computed<readonly [number, number] | null>(() => {
    if (ends.value === null) return null
    const { anchor, focus } = ends.value
    return [
      Math.max(rows().firstRow, Math.min(anchor, focus)),
      Math.min(rows().endRow, Math.max(anchor, focus) + 1)
    ]
  })

  function onMouseDown(event: MouseEvent): void {
    if (event.button !== 0) return
    const row = rowAt(event)
    pressed = row
    if (row === null) return
    if (!event.shiftKey) {
      ends.value = null
      return
    }
    event.preventDefault()
    ends.value = { anchor: ends.value?.anchor ?? row, focus: row }
  }

  function onMouseMove(event: MouseEvent): void {
    if (pressed === null || (event.buttons & 1) === 0) return
    const row = rowAt(event)
    if (row === null || (row === pressed && ends.value === null)) return
    // From the second line on whole lines are meant; the browser's selection would end with what is drawn.
    window.getSelection()?.removeAllRanges()
    ends.value = { anchor: pressed, focus: row }
  }

  return {
    range,
    has: (row) => range.value !== null && row >= range.value[0] && row < range.value[1],
    onMouseDown,
    onMouseMove,
    extend(by, otherwise) {
      const { anchor, focus } = ends.value ?? { anchor: otherwise, focus: otherwise - by }
      const to = Math.min(Math.max(focus + by, rows().firstRow), rows().endRow - 1)
      ends.value = { anchor, focus: to }
      return to
    },
    all: () => (ends.value = { anchor: rows().firstRow, focus: rows().endRow - 1 }),
    clear: () => (ends.value = null)
  }
}

function rowAt(event: MouseEvent): number | null {
  const line = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]') : null
  return line === null ? null : Number(line.dataset['row'])
}
