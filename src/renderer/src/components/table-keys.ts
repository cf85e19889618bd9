/**
 * Keyboard use of a VirtualTable: one row is in the tab order (roving tabindex), arrows move between rows, Right and Left
 * walk the controls inside a row, Enter opens it, Space selects it. Works on the DOM so that cells stay free of it.
 */

const CONTROLS = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled)'

/** Takes the controls of a row out of the tab order, or puts them in for the row that is current. */
export function setRowTabbable(row: HTMLElement, current: boolean): void {
  for (const control of row.querySelectorAll<HTMLElement>(CONTROLS)) control.tabIndex = current ? 0 : -1
}

/** The index an arrow, Home, End or Page key leads to; null for every other key. */
export function movedIndex(key: string, index: number, count: number, pageSize: number): number | null {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + pageSize,
    PageUp: index - pageSize,
    Home: 0,
    End: count - 1
  }
  const to = moves[key]
  return to === undefined ? null : Math.min(Math.max(to, 0), count - 1)
}

/** Moves focus along the row's controls; leaving the first one to the left gives it back to the row. */
export function moveInRow(row: HTMLElement, direction: 1 | -1): void {
  const controls = [...row.querySelectorAll<HTMLElement>(CONTROLS)]
  const at = controls.indexOf(document.activeElement as HTMLElement)
  const next = at + direction
  if (next < 0) row.focus()
  else controls[Math.min(next, controls.length - 1)]?.focus()
}

/** Opens what the row is about: its row header's link. */
export function openRow(row: HTMLElement): void {
  row.querySelector<HTMLElement>('[role="rowheader"] a')?.click()
}

/** Whether a key pressed on this element belongs to it (text being typed, a button being pressed). */
export function ownsKey(target: HTMLElement, key: string): boolean {
  if (target.matches('input:not([type="checkbox"]), select, textarea')) return true
  return (key === 'Enter' || key === ' ') && target.matches('a, button, input')
}
