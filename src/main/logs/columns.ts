/**
 * Growing columns in shared memory, written by the scanning thread and read by main. Positions are absolute: what is
 * dropped at the front keeps its number, so a row's number means the same row for as long as the view is open.
 */

const FIRST_LENGTH = 1024

/** What main needs to read columns: positions `start` up to `end` are there, the buffers begin at `base`. */
export interface ColumnsState {
  readonly base: number
  readonly start: number
  readonly end: number
}

export class Columns {
  start = 0
  end = 0
  base = 0
  /** Counts the buffers that were made: they have to be told to the other side. */
  generation = 0
  readonly buffers: SharedArrayBuffer[]
  values: Float64Array[]
  #length = FIRST_LENGTH

  constructor(readonly width: number) {
    this.buffers = Array.from({ length: width }, () => new SharedArrayBuffer(FIRST_LENGTH * 8))
    this.values = this.buffers.map((buffer) => new Float64Array(buffer))
  }

  get state(): ColumnsState {
    return { base: this.base, start: this.start, end: this.end }
  }

  at(column: number, position: number): number {
    return (this.values[column] as Float64Array)[position - this.base] as number
  }

  set(column: number, position: number, value: number): void {
    ;(this.values[column] as Float64Array)[position - this.base] = value
  }

  /** Makes room for `count` more; the new positions are not filled yet. */
  extend(count: number): void {
    if (this.end + count - this.base > this.#length) this.#grow(this.end + count - this.start)
    this.end += count
  }

  #grow(needed: number): void {
    while (this.#length < needed) this.#length *= 2
    const [from, to] = [this.start - this.base, this.end - this.base]
    this.values = this.values.map((old, column) => {
      const buffer = new SharedArrayBuffer(this.#length * 8)
      this.buffers[column] = buffer
      const grown = new Float64Array(buffer)
      grown.set(old.subarray(from, to))
      return grown
    })
    this.base = this.start
    this.generation += 1
  }
}

/** The first position in `start..end` whose value is not below `value`; values ascend. */
export function lowerBound(
  at: (position: number) => number,
  start: number,
  end: number,
  value: number
): number {
  let [low, high] = [start, end]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (at(middle) < value) low = middle + 1
    else high = middle
  }
  return low
}
