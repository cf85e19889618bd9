/**
 * Tells whether a log has JSON lines, so that columns and levels are worth showing. It looks at the first lines and, as the
 * log grows, at the newest: a program often begins in words and goes on in JSON, or writes both. Owned by container-log.ts.
 */
import { jsonObject } from './level'

/** Lines looked at each time. */
const SAMPLE = 40
/** So many of a sample settle it, however many others are between them. */
const ENOUGH = 10
const LONGEST_BYTES = 65_536
const SPACE = 0x20
const BRACE = 0x7b

/** The lines of a store, as far as they are needed here. */
export interface Lines {
  readonly firstLine: number
  readonly endLine: number
  bytes(line: number, limit: number): Uint8Array
  text(line: number, limit: number): string
}

export class JsonSense {
  readonly #lines: Lines
  #found = false
  /** Lines before this one have been looked at, or passed over. */
  #next = 0

  constructor(lines: Lines) {
    this.#lines = lines
  }

  /**
   * Once there are enough JSON lines among others it stays true; of a short log most lines have to be. Cheap to ask at every
   * change: of a line in words one byte is read.
   */
  get json(): boolean {
    const { firstLine, endLine } = this.#lines
    const count = Math.min(SAMPLE, endLine - firstLine)
    if (this.#found || count === 0) return this.#found
    if (count < SAMPLE) return this.#objects(firstLine, endLine) * 2 >= count
    if (this.#next === 0) this.#look(firstLine)
    if (endLine - this.#next >= SAMPLE) this.#look(endLine - SAMPLE)
    return this.#found
  }

  #look(from: number): void {
    this.#next = from + SAMPLE
    this.#found ||= this.#objects(from, this.#next) >= ENOUGH
  }

  #objects(from: number, to: number): number {
    let objects = 0
    for (let line = from; line < to; line += 1) if (this.#isObject(line)) objects += 1
    return objects
  }

  #isObject(line: number): boolean {
    const [first] = this.#lines.bytes(line, 1)
    if (first !== BRACE && first !== SPACE) return false
    return jsonObject(this.#lines.text(line, LONGEST_BYTES)) !== null
  }
}
