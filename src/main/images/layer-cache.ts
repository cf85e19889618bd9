/**
 * Indexes of layers that were read before, by the layer's diffID: some in memory, more in a folder. What is in the folder
 * can go at any time; a file that is missing, cut short or of another version costs reading the layer again. Images'
 * configurations are kept beside them, so that an image whose layers are known opens without reading anything.
 */
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeLayer, encodeLayer } from './layer-file'
import type { LayerIndex } from './layer-index'

export interface CacheLimits {
  readonly memoryBytes: number
  readonly diskBytes: number
}

const DIGEST = /^[0-9a-f]{64}$/

export interface KnownLayer {
  readonly diffId: string
  readonly index: LayerIndex
}

export const CACHE_LIMITS: CacheLimits = { memoryBytes: 256 * 1024 ** 2, diskBytes: 1024 ** 3 }

export class LayerCache {
  readonly #folder: string
  readonly #limits: CacheLimits
  readonly #memory = new Map<string, LayerIndex>()
  #memoryBytes = 0

  constructor(folder: string, limits: CacheLimits = CACHE_LIMITS) {
    this.#folder = folder
    this.#limits = limits
  }

  get(diffId: string): LayerIndex | null {
    const known = this.#memory.get(diffId)
    if (known !== undefined) {
      this.#remember(diffId, known)
      return known
    }
    const path = this.#path(diffId, 'layer')
    const bytes = readIfThere(path)
    if (bytes === null) return null
    const index = decodeLayer(bytes.byteOffset === 0 ? bytes : Uint8Array.from(bytes))
    if (index === null) {
      rmSync(path, { force: true })
      return null
    }
    touch(path)
    this.#remember(diffId, index)
    return index
  }

  /** Keeps an index. A folder that cannot be written to costs time later, and is no failure now. */
  async put(diffId: string, index: LayerIndex): Promise<void> {
    this.#remember(diffId, index)
    await this.#write(this.#path(diffId, 'layer'), encodeLayer(index)).catch(() => undefined)
  }

  /** Remembers which layer a compressed blob holds. */
  noteBlob(digest: string, diffId: string): void {
    if (digest !== diffId) this.#writeSmall(this.#path(digest, 'blob'), Buffer.from(diffId))
  }

  /** The layer a blob holds, when it is known; a blob that is not compressed has the layer's own name. */
  layerOf(digest: string): KnownLayer | null {
    const plain = this.get(digest)
    if (plain !== null) return { diffId: digest, index: plain }
    const diffId = readIfThere(this.#path(digest, 'blob'))?.toString('latin1') ?? ''
    const index = DIGEST.test(diffId) ? this.get(diffId) : null
    return index === null ? null : { diffId, index }
  }

  noteConfig(imageId: string, raw: Uint8Array): void {
    this.#writeSmall(this.#path(imageId, 'config'), raw)
  }

  config(imageId: string): Uint8Array | null {
    return readIfThere(this.#path(imageId, 'config'))
  }

  /** Takes the files that were not used for longest, until the folder fits its limit. */
  async trim(): Promise<void> {
    const names = await readdir(this.#folder).catch(() => [])
    const files: { path: string; bytes: number; usedMs: number }[] = []
    for (const name of names) {
      const path = join(this.#folder, name)
      const found = await stat(path).catch(() => null)
      if (found !== null) files.push({ path, bytes: found.size, usedMs: found.mtimeMs })
    }
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    for (const file of files.sort((a, b) => a.usedMs - b.usedMs)) {
      if (bytes <= this.#limits.diskBytes) return
      await rm(file.path, { force: true }).catch(() => undefined)
      bytes -= file.bytes
    }
  }

  /** Ids are hexadecimal where they come from; nothing else becomes a name in the folder. */
  #path(id: string, kind: 'layer' | 'blob' | 'config'): string {
    if (!DIGEST.test(id)) throw new Error('not a digest')
    return join(this.#folder, `${id}.${kind}`)
  }

  #remember(diffId: string, index: LayerIndex): void {
    if (this.#memory.delete(diffId)) this.#memoryBytes -= index.bytes
    if (index.bytes > this.#limits.memoryBytes) return
    this.#memory.set(diffId, index)
    this.#memoryBytes += index.bytes
    for (const [oldest, { bytes }] of this.#memory) {
      if (this.#memoryBytes <= this.#limits.memoryBytes) break
      this.#memory.delete(oldest)
      this.#memoryBytes -= bytes
    }
  }

  async #write(path: string, pieces: readonly Uint8Array[]): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const temporary = `${path}.${process.pid}.tmp`
    const file = await open(temporary, 'w', 0o600)
    try {
      await file.writev(pieces.filter((piece) => piece.length > 0))
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  }

  #writeSmall(path: string, content: Uint8Array): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      writeFileSync(path, content, { mode: 0o600 })
    } catch {
      // As with layers: it is read again next time.
    }
  }
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch {
    return null
  }
}

/** Notes the time of use, for the day the folder is full. */
function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // A folder that cannot be written to keeps its times.
  }
}
