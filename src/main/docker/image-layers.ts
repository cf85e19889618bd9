/**
 * Which bytes go with a set of images: their layers that no other image has. The engine tells a layer's place in an image
 * (`RootFS`) and its size (`history`) in two lists that differ in length, which are brought together here. Pure.
 */
import { historyStep } from '@shared/docker/history-step'

/** What is known of one image's layers, the lowest first. */
export interface ImageLayers {
  readonly Id: string
  readonly sizeBytes: number
  /** Digests of the unpacked layers. */
  readonly diffIds: readonly string[]
  /** The size of each; null when the lists could not be brought together. */
  readonly sizes: readonly number[] | null
}

export interface HistoryEntry {
  readonly createdBy: string
  readonly sizeBytes: number
}

const MAKES_A_LAYER = new Set(['ADD', 'COPY', 'RUN', 'WORKDIR', ''])

/**
 * The entries of a history that made its `count` layers, the oldest first: entries with bytes are layers, and of those without,
 * first the ones whose instruction can make one. Null when they do not add up to the image.
 */
export function layerEntries<E extends HistoryEntry>(
  history: readonly E[],
  count: number,
  totalBytes: number
): readonly E[] | null {
  let spare = history.length - count
  if (spare < 0 || history.reduce((sum, entry) => sum + entry.sizeBytes, 0) !== totalBytes) return null
  const kept = new Set(history)
  const empty = history.filter((entry) => entry.sizeBytes === 0)
  const makesNone = empty.filter((entry) => !MAKES_A_LAYER.has(historyStep(entry.createdBy).keyword))
  for (const entry of [...makesNone, ...empty]) if (spare > 0 && kept.delete(entry)) spare -= 1
  return spare === 0 ? [...kept] : null
}

/** The sizes of those layers. */
export function layerSizes(
  history: readonly HistoryEntry[],
  count: number,
  totalBytes: number
): readonly number[] | null {
  return layerEntries(history, count, totalBytes)?.map((entry) => entry.sizeBytes) ?? null
}

/**
 * Bytes of the layers that only images of `going` have. A layer is known by everything below it, as the engine knows it.
 * Null when a size that matters is unknown.
 */
export function freedBytes(all: readonly ImageLayers[], going: ReadonlySet<string>): number | null {
  const chains = new Chains()
  const kept = new Set(all.filter((image) => !going.has(image.Id)).flatMap((one) => chains.of(one.diffIds)))
  const freed = new Map<number, number>()
  for (const image of all) {
    if (!going.has(image.Id)) continue
    for (const [index, layer] of chains.of(image.diffIds).entries()) {
      if (kept.has(layer)) continue
      const size = image.sizes?.[index]
      if (size === undefined) return null
      freed.set(layer, size)
    }
  }
  return [...freed.values()].reduce((sum, size) => sum + size, 0)
}

/** Numbers for layers, the same for the same layer on the same layers. */
class Chains {
  readonly #numbers = new Map<string, number>()

  of(diffIds: readonly string[]): readonly number[] {
    let below = 0
    return diffIds.map((diffId) => {
      const key = `${below} ${diffId}`
      below = this.#numbers.get(key) ?? this.#numbers.size + 1
      this.#numbers.set(key, below)
      return below
    })
  }
}
