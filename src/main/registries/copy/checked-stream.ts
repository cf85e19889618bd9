/**
 * Bytes on their way, checked as they go: the last of them are let through only when all of them are what they should be, so that a
 * wrong blob never arrives whole anywhere.
 */
import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'

export interface Expected {
  readonly digest: string
  readonly size: number
}

export class CheckedStream extends Transform {
  readonly #expected: Expected
  readonly #hash
  readonly #wrong: () => Error
  readonly #moved: (bytes: number) => void
  #held: Buffer | null = null
  #bytes = 0

  /** @param wrong the error for what is something else than was expected. */
  constructor(expected: Expected, wrong: () => Error, moved: (bytes: number) => void) {
    super()
    this.#expected = expected
    this.#hash = createHash(expected.digest.startsWith('sha512:') ? 'sha512' : 'sha256')
    this.#wrong = wrong
    this.#moved = moved
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#expected.size) return done(this.#wrong())
    this.#hash.update(chunk)
    this.#moved(this.#bytes)
    const before = this.#held
    this.#held = chunk
    if (before === null) done()
    else done(null, before)
  }

  override _flush(done: TransformCallback): void {
    const [, hex] = this.#expected.digest.split(':')
    if (this.#bytes !== this.#expected.size || this.#hash.digest('hex') !== hex) return done(this.#wrong())
    if (this.#held === null) done()
    else done(null, this.#held)
  }
}
