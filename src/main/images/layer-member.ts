/**
 * One file of an archive that may be a layer: unpacked, indexed and hashed while it runs by. Whether it is a layer is known
 * only when the manifests have been read, so what goes wrong is kept and told by whoever needs this file.
 */
import { createHash } from 'node:crypto'
import { toAppError, type AppError } from '@shared/errors'
import type { Budget } from './budget'
import { damaged } from './damage'
import { makeInflater, type Compression, type Inflater } from './inflate'
import { LayerBuilder } from './layer-builder'
import type { LayerIndex } from './layer-index'
import type { Member } from './archive-reader'
import { TarScanner } from './tar-scanner'

export interface ReadLayer {
  readonly index: LayerIndex
  /** SHA-256 of the uncompressed tar, in hexadecimal: what the image's configuration calls it. */
  readonly diffId: string
  /** SHA-256 of the file as it is stored; the same as `diffId` when it is not compressed. */
  readonly digest: string
}

export class LayerMember implements Member {
  readonly #builder: LayerBuilder
  readonly #scanner: TarScanner
  readonly #plainHash = createHash('sha256')
  readonly #storedHash: ReturnType<typeof createHash> | null
  readonly #inflater: Inflater
  readonly #onDone: (outcome: ReadLayer | AppError) => void
  #failure: AppError | null = null
  #bytes = 0

  constructor(compression: Compression, budget: Budget, onDone: (outcome: ReadLayer | AppError) => void) {
    this.#builder = new LayerBuilder({ budget })
    this.#scanner = new TarScanner(this.#builder)
    this.#onDone = onDone
    this.#storedHash = compression === 'none' ? null : createHash('sha256')
    const unpacked = (piece: Uint8Array): void => {
      this.#plainHash.update(piece)
      this.#bytes += piece.length
      this.#scanner.write(piece)
    }
    this.#inflater = makeInflater(compression, unpacked, budget)
  }

  /** Files indexed so far. */
  get count(): number {
    return this.#builder.count
  }

  write(piece: Uint8Array): void {
    if (this.#failure !== null) return
    try {
      this.#storedHash?.update(piece)
      this.#inflater.write(piece)
    } catch (thrown) {
      this.#fail(thrown)
    }
  }

  async drained(): Promise<void> {
    if (this.#failure !== null) return
    try {
      await this.#inflater.drained()
    } catch (thrown) {
      this.#fail(thrown)
    }
  }

  async end(): Promise<void> {
    try {
      if (this.#failure === null) {
        await this.#inflater.end()
        this.#scanner.end()
      }
    } catch (thrown) {
      this.#fail(thrown)
    }
    this.#inflater.dispose()
    this.#onDone(this.#failure ?? this.#result())
  }

  #result(): ReadLayer | AppError {
    if (this.#scanner.position === 0) return damaged('a layer in it is empty')
    const diffId = this.#plainHash.digest('hex')
    return {
      index: this.#builder.seal(this.#bytes),
      diffId,
      digest: this.#storedHash?.digest('hex') ?? diffId
    }
  }

  #fail(thrown: unknown): void {
    this.#failure ??= toAppError(thrown)
    this.#inflater.dispose()
  }
}
