/** A stream of chunks read by count: exactly so many bytes, up to so many, or past so many. Used by tar-reader.ts. */
import { AppError } from '@shared/errors'

const EMPTY = Buffer.alloc(0)

export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #onRead: (bytes: number) => void
  #rest: Buffer = EMPTY

  constructor(source: AsyncIterable<Uint8Array>, onRead: (bytes: number) => void = () => undefined) {
    this.#chunks = source[Symbol.asyncIterator]()
    this.#onRead = onRead
  }

  /** `count` bytes when they are here already, without waiting; else null and nothing is taken. */
  ready(count: number): Buffer | null {
    return this.#rest.length < count ? null : this.#cut(count)
  }

  /** Exactly `count` bytes; null when the source had ended, an error when it ends in the middle. */
  async take(count: number): Promise<Buffer | null> {
    const parts: Buffer[] = []
    for (let missing = count; missing > 0;) {
      if (this.#rest.length === 0 && !(await this.#fill())) {
        if (missing === count) return null
        throw brokenOff()
      }
      const part = this.#cut(Math.min(missing, this.#rest.length))
      parts.push(part)
      missing -= part.length
    }
    return parts.length === 1 ? (parts[0] ?? EMPTY) : Buffer.concat(parts)
  }

  /** At least one byte, at most `most`. */
  async some(most: number): Promise<Buffer> {
    if (this.#rest.length === 0 && !(await this.#fill())) throw brokenOff()
    return this.#cut(Math.min(most, this.#rest.length))
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) left -= (await this.some(left)).length
  }

  async close(): Promise<void> {
    this.#rest = EMPTY
    await this.#chunks.return?.()
  }

  #cut(count: number): Buffer {
    const part = this.#rest.subarray(0, count)
    this.#rest = this.#rest.subarray(count)
    return part
  }

  async #fill(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#chunks.next()
      if (done === true) return false
      this.#onRead(value.byteLength)
      if (value.byteLength === 0) continue
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      return true
    }
  }
}

function brokenOff(): AppError {
  return new AppError('Unavailable', 'The archive broke off in the middle.', {
    hint: 'Try again once the engine is running.'
  })
}
