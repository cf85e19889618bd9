/** Opens archives as the browsing thread does, and tells what came of it in a form tests compare. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { AppError } from '@shared/errors'
import { assemble } from '../assemble'
import { LayerCache } from '../layer-cache'
import { OpenedImage } from '../opened-image'
import { rawTar, savedImage, type RawEntry } from './archives'

export class Opener {
  readonly folder: string
  cache: LayerCache
  #next = 0

  private constructor(folder: string) {
    this.folder = folder
    this.cache = this.#freshCache()
  }

  static async make(): Promise<Opener> {
    return new Opener(await mkdtemp(join(tmpdir(), 'hostile-')))
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }

  /** An archive or layout on disk; nothing is known of it. */
  async path(path: string): Promise<OpenedImage> {
    this.cache = this.#freshCache()
    const source = { kind: 'archive', path, name: 'image.tar', image: null } as const
    const { signal } = new AbortController()
    const assembled = await assemble(source, { cache: this.cache, signal, onProgress: () => undefined })
    const image = new OpenedImage('h', source, assembled)
    image.summary()
    return image
  }

  async bytes(bytes: Uint8Array): Promise<OpenedImage> {
    const path = join(this.folder, 'image.tar')
    await writeFile(path, bytes)
    return await this.path(path)
  }

  /** What is said of an archive, or the paths that are shown. */
  tells(bytes: Uint8Array): Promise<string | string[]> {
    return told(this.bytes(bytes))
  }

  /** The same for a layer with these entries. */
  layer(...entries: RawEntry[]): Promise<string | string[]> {
    return this.tells(savedImage(rawTar(...entries)))
  }

  #freshCache(): LayerCache {
    return new LayerCache(join(this.folder, `cache-${this.#next++}`))
  }
}

/** A sentence (which must be one, with a hint), or the paths of the image. */
export async function told(opening: Promise<OpenedImage>): Promise<string | string[]> {
  try {
    return pathsOf(await opening)
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AppError)
    const { code, message, hint } = thrown as AppError
    expect(['DataLoss', 'InvalidParameter', 'NotFound']).toContain(code)
    expect(message).toMatch(/^[A-Z].*\.$/)
    expect(message.length).toBeLessThan(300)
    expect(hint).toBeTruthy()
    return message
  }
}

export function pathsOf({ whole: tree }: OpenedImage): string[] {
  return Array.from({ length: tree.count - 1 }, (_, i) => tree.pathOf(i + 1))
}

export async function within<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const from = performance.now()
  const result = await work()
  expect(performance.now() - from).toBeLessThan(ms)
  return result
}
