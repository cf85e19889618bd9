/** Where the rows that are drawn stand on the screen, for those that have no common height. Used by use-log-scroll.ts. */
import type { Anchor } from './use-log-scroll'

function drawnRows(element: HTMLElement): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>('[data-row]')]
}

/** The row at a height of the screen, and how much of it is above; the last one when none reaches so far. */
export function drawnRowAt(element: HTMLElement, y: number): Anchor | null {
  const rows = drawnRows(element)
  const row = rows.find((one) => one.getBoundingClientRect().bottom > y) ?? rows.at(-1)
  if (row === undefined) return null
  return { row: Number(row.dataset['row']), offset: Math.max(0, y - row.getBoundingClientRect().top) }
}

/** The lower edge of the last of all rows; Infinity while it is not drawn. */
export function drawnEnd(element: HTMLElement, lastRow: number): number {
  const last = drawnRows(element).at(-1)
  return last !== undefined && Number(last.dataset['row']) === lastRow
    ? last.getBoundingClientRect().bottom
    : Infinity
}
