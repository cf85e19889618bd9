/** A file of an archive whose first block decides what is done with it. */
import type { Member } from './archive-reader'
import { BLOCK } from './tar-header'

/** Keeps a file's first block, then passes everything to the member that suits it. */
export class SniffedMember implements Member {
  readonly #choose: (head: Uint8Array) => Member | null
  readonly #head: Uint8Array
  #filled = 0
  #member: Member | null = null
  #chosen = false

  constructor(size: number, choose: (head: Uint8Array) => Member | null) {
    this.#choose = choose
    this.#head = new Uint8Array(Math.min(size, BLOCK))
  }

  write(piece: Uint8Array): void {
    if (this.#chosen) {
      this.#member?.write(piece)
      return
    }
    const count = Math.min(piece.length, this.#head.length - this.#filled)
    this.#head.set(piece.subarray(0, count), this.#filled)
    this.#filled += count
    if (this.#filled < this.#head.length) return
    this.#chosen = true
    this.#member = this.#choose(this.#head)
    this.#member?.write(this.#head)
    if (count < piece.length) this.#member?.write(piece.subarray(count))
  }

  async drained(): Promise<void> {
    await this.#member?.drained()
  }

  async end(): Promise<void> {
    await this.#member?.end()
  }
}
