/**
 * Where the log is scrolled to, by row: the newest lines while following, else a row and how much of it is above the edge.
 * The scroll bar is the platform's. Rows of one height map to it exactly; wrapped ones, or too many for an element's
 * height, map by their share, and wheel and keys then move by pixels. What is added or let go never moves what is read.
 */
import { computed, nextTick, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { drawnEnd, drawnRowAt } from './drawn-rows'

export const LINE_HEIGHT = 18
/** Chromium lays out no taller element than some 33 million pixels. */
const MAX_HEIGHT = 30_000_000
const SYNC_MS = 150

export interface LogRows {
  readonly firstRow: number
  readonly endRow: number
}

/** The first row at the top edge, and the pixels of it that are above. */
export interface Anchor {
  readonly row: number
  readonly offset: number
}

export class LogScroll {
  readonly follow = shallowRef(true)
  readonly anchor = shallowRef<Anchor>({ row: 0, offset: 0 })
  readonly #viewport = shallowRef(0)
  readonly #count = computed(() => this.#rows().endRow - this.#rows().firstRow)
  /** Pixels of the whole; sizes the scroll bar. */
  readonly height = computed(() => Math.min(this.#count.value * LINE_HEIGHT, MAX_HEIGHT))
  readonly #exact = computed(() => this.#fixed() && this.#count.value * LINE_HEIGHT <= MAX_HEIGHT)
  readonly #inSight = computed(() => Math.ceil(this.#viewport.value / LINE_HEIGHT) + 1)
  /** Rows to draw: from, up to. Where they have no common height, some above are needed to scroll up by pixels. */
  readonly range = computed<readonly [number, number]>(() => {
    const { firstRow, endRow } = this.#rows()
    const count = this.#inSight.value
    if (this.follow.value) return [Math.max(firstRow, endRow - count), endRow]
    const { row } = this.anchor.value
    if (this.#exact.value) return [Math.max(firstRow, row), Math.min(endRow, row + count)]
    return [Math.max(firstRow, row - count), Math.min(endRow, row + count * 2)]
  })
  readonly #element: Readonly<Ref<HTMLElement | null>>
  readonly #rows: () => LogRows
  readonly #fixed: () => boolean
  #lastTop = 0
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(element: Readonly<Ref<HTMLElement | null>>, rows: () => LogRows, fixed: () => boolean) {
    this.#element = element
    this.#rows = rows
    this.#fixed = fixed
  }

  /** The user scrolled, or this did: what it put itself is no news. */
  onScroll(): void {
    const top = this.#element.value?.scrollTop ?? 0
    const delta = top - this.#lastTop
    if (Math.abs(delta) < 1) return
    this.#lastTop = top
    if (this.#exact.value) {
      this.follow.value = top >= this.#most - 2
      this.anchor.value = this.#anchorAt(top)
    } else if (top >= this.#most) this.follow.value = true
    else if (Math.abs(delta) <= this.#viewport.value) this.#moveBy(delta)
    else {
      this.follow.value = false
      const share = (top / Math.max(1, this.#most)) * this.#count.value
      this.anchor.value = { row: this.#within(this.#rows().firstRow + Math.floor(share)), offset: 0 }
    }
  }

  /** Where rows have no common height, the wheel goes by what is drawn. */
  onWheel(event: WheelEvent): void {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY)
    if (this.#exact.value || event.ctrlKey || event.deltaY === 0 || sideways) return
    event.preventDefault()
    this.#moveBy(event.deltaMode === 1 ? event.deltaY * LINE_HEIGHT : event.deltaY)
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.restore()
    }, SYNC_MS)
  }

  /** Shows a row in the upper part, unless it is in sight already; following ends. */
  reveal(row: number): void {
    const element = this.#element.value
    const box = element?.getBoundingClientRect()
    const drawn = element?.querySelector(`[data-row="${row}"]`)?.getBoundingClientRect()
    if (box && drawn && drawn.top >= box.top && drawn.bottom <= box.bottom) {
      this.#stay()
      return
    }
    this.follow.value = false
    this.anchor.value = { row: this.#within(row - Math.floor(this.#inSight.value / 3)), offset: 0 }
    void nextTick(() => this.restore())
  }

  toEnd(): void {
    this.follow.value = true
    void nextTick(() => this.restore())
  }

  resized(): void {
    this.#viewport.value = this.#element.value?.clientHeight ?? 0
    void nextTick(() => this.restore())
  }

  /** Puts the scroll bar where what is shown belongs. */
  restore(): void {
    const element = this.#element.value
    if (element === null) return
    element.scrollTop = this.follow.value ? this.#most : this.#topOfAnchor()
    this.#lastTop = element.scrollTop
  }

  /** There are other rows: what was read stays where it is, or the newest are shown. */
  rowsChanged(moved: boolean): void {
    const { firstRow, endRow } = this.#rows()
    const { row } = this.anchor.value
    if (row < firstRow) this.anchor.value = { row: firstRow, offset: 0 }
    else if (row >= endRow)
      this.anchor.value = { row: Math.max(firstRow, endRow - this.#inSight.value), offset: 0 }
    if (this.follow.value || moved || !this.#exact.value) void nextTick(() => this.restore())
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  get #most(): number {
    return Math.max(0, this.height.value - this.#viewport.value)
  }

  #anchorAt(top: number): Anchor {
    const at = Math.floor(top / LINE_HEIGHT)
    return { row: this.#rows().firstRow + at, offset: top - at * LINE_HEIGHT }
  }

  #topOfAnchor(): number {
    const { row, offset } = this.anchor.value
    const at = row - this.#rows().firstRow
    if (this.#exact.value) return at * LINE_HEIGHT + offset
    const share = this.#count.value === 0 ? 0 : at / this.#count.value
    // A pixel is left at either end: there the wheel has to reach what is beyond it.
    return Math.min(Math.max(share * this.#most, at > 0 ? 1 : 0), this.#most - 1)
  }

  #within(row: number): number {
    const { firstRow, endRow } = this.#rows()
    return Math.min(Math.max(row, firstRow), Math.max(firstRow, endRow - 1))
  }

  #moveBy(pixels: number): void {
    const element = this.#element.value
    if (element === null || (this.follow.value && pixels > 0)) return
    const target = element.getBoundingClientRect().top + pixels
    if (pixels > 0 && drawnEnd(element, this.#rows().endRow - 1) <= target + this.#viewport.value) {
      this.follow.value = true
      return
    }
    const anchor = drawnRowAt(element, target)
    if (anchor === null) return
    this.follow.value = false
    this.anchor.value = anchor
  }

  /** Stops following without moving. */
  #stay(): void {
    if (!this.follow.value) return
    if (!this.#exact.value) {
      this.#moveBy(0)
      return
    }
    this.anchor.value = this.#anchorAt(this.#most)
    this.follow.value = false
  }
}

/** @param fixed whether every row is {@link LINE_HEIGHT} high. */
export function useLogScroll(
  element: Readonly<Ref<HTMLElement | null>>,
  rows: () => LogRows,
  fixed: () => boolean
): LogScroll {
  const scroll = new LogScroll(element, rows, fixed)
  watch(
    () => [rows().firstRow, rows().endRow, fixed()] as const,
    ([firstRow], [before]) => scroll.rowsChanged(firstRow !== before),
    { flush: 'sync' }
  )
  onScopeDispose(() => scroll.dispose())
  return scroll
}
