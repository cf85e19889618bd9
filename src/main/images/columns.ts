/** Typed arrays that grow, and a table of byte strings that keeps each once. Used while a layer is read. */

type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array

/** The same array with at least twice the room. */
export function grown<T extends Column>(column: T, room: number): T {
  const larger = new (column.constructor as new (length: number) => T)(Math.max(room, column.length * 2))
  larger.set(column)
  return larger
}

/** Byte strings, each kept once, found by their bytes. Number 0 is the empty string. */
export class TextTable {
  #bytes = new Uint8Array(4096)
  /** `starts[i]` to `starts[i + 1]` is string i. */
  #starts = new Uint32Array(1024)
  #slots = new Uint32Array(2048)
  #count = 0

  constructor() {
    this.add(this.#bytes, 0, 0)
  }

  get count(): number {
    return this.#count
  }

  /** The number of these bytes. */
  add(source: Uint8Array, start: number, end: number): number {
    if ((this.#count + 1) * 2 > this.#slots.length) this.#rehash()
    const mask = this.#slots.length - 1
    let slot = hashOf(source, start, end) & mask
    for (let found = this.#slots[slot] as number; found !== 0; found = this.#slots[slot] as number) {
      if (this.#equals(found - 1, source, start, end)) return found - 1
      slot = (slot + 1) & mask
    }
    this.#slots[slot] = this.#count + 1
    return this.#append(source, start, end)
  }

  /** What the table holds, cut to size. */
  seal(): { bytes: Uint8Array; starts: Uint32Array } {
    return {
      bytes: this.#bytes.slice(0, this.#starts[this.#count]),
      starts: this.#starts.slice(0, this.#count + 1)
    }
  }

  #append(source: Uint8Array, start: number, end: number): number {
    const at = this.#starts[this.#count] as number
    const stop = at + end - start
    if (stop > this.#bytes.length) this.#bytes = grown(this.#bytes, stop)
    if (this.#count + 2 > this.#starts.length) this.#starts = grown(this.#starts, this.#count + 2)
    this.#bytes.set(source.subarray(start, end), at)
    this.#starts[this.#count + 1] = stop
    this.#count += 1
    return this.#count - 1
  }

  #equals(text: number, source: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[text] as number
    if ((this.#starts[text + 1] as number) - from !== end - start) return false
    for (let i = 0; i < end - start; i++) if (this.#bytes[from + i] !== source[start + i]) return false
    return true
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let text = 0; text < this.#count; text++) {
      let slot = hashOf(this.#bytes, this.#starts[text] as number, this.#starts[text + 1] as number) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = text + 1
    }
    this.#slots = slots
  }
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** Numbers found by a pair of numbers: the node of (parent, name). 0 is "none". */
export class PairTable {
  #slots = new Uint32Array(2048)
  #count = 0
  readonly #first: (value: number) => number
  readonly #second: (value: number) => number

  /** `first` and `second` tell the pair a kept number belongs to. */
  constructor(first: (value: number) => number, second: (value: number) => number) {
    this.#first = first
    this.#second = second
  }

  get(a: number, b: number): number {
    return this.#slots[this.#slotOf(this.#slots, a, b)] as number
  }

  /** Sets, or replaces, the number of a pair. */
  set(a: number, b: number, value: number): void {
    if ((this.#count + 1) * 2 > this.#slots.length) this.#rehash()
    const slot = this.#slotOf(this.#slots, a, b)
    if (this.#slots[slot] === 0) this.#count += 1
    this.#slots[slot] = value
  }

  #slotOf(slots: Uint32Array, a: number, b: number): number {
    const mask = slots.length - 1
    const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)
    let slot = (mixed ^ (mixed >>> 15)) & mask
    for (let found = slots[slot] as number; found !== 0; found = slots[slot] as number) {
      if (this.#first(found) === a && this.#second(found) === b) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2)
    for (const value of this.#slots) {
      if (value !== 0) slots[this.#slotOf(slots, this.#first(value), this.#second(value))] = value
    }
    this.#slots = slots
  }
}
