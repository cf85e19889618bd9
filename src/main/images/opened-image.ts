/**
 * One image that is being looked at: its layers, the trees made of them while they are needed, and what is asked about
 * them. Lives in the worker as long as its handle is open; a few trees are kept, the rest is made again.
 */
import { AppError } from '@shared/errors'
import { namesIn } from '@shared/docker/dockerfile'
import type { FileView, ImageLayer, OpenedImage as Summary } from '@shared/contract/image-files'
import type { Assembled } from './assemble'
import { LayerBuilder } from './layer-builder'
import type { LayerIndex } from './layer-index'
import { mergeLayers } from './merge-layers'
import { overlay } from './overlay'
import type { Source } from './source'
import { stepsOf, type Step } from './steps'
import type { Tree } from './tree'
import { findWaste, type Waste } from './waste'

/** Trees of one image in memory; a tree is some 35 bytes a file. */
const MAX_TREES = 6
const MAX_TREE_BYTES = 512 * 1024 * 1024
const MAX_WASTE_ROWS = 5000

export class OpenedImage {
  readonly handle: string
  readonly source: Source
  readonly assembled: Assembled
  readonly steps: readonly Step[]
  readonly waste: Waste
  readonly #trees = new Map<string, Tree>()

  constructor(handle: string, source: Source, assembled: Assembled) {
    this.handle = handle
    this.source = source
    this.assembled = assembled
    this.steps =
      source.kind === 'container'
        ? stepsOf([], 1)
        : stepsOf(assembled.config.history, assembled.layers.length, namesIn(assembled.config.config))
    this.waste = findWaste(assembled.layers, MAX_WASTE_ROWS)
  }

  /** The whole image. */
  get whole(): Tree {
    return this.#merged(this.assembled.layers.length)
  }

  /** The tree of a view and what it is held against; NotFound when the image has no such layer. */
  view({ kind, layer }: Exclude<FileView, { kind: 'compare' }>): {
    readonly tree: Tree
    readonly base: Tree | null
  } {
    const step = this.steps[layer]
    if (step === undefined) throw noLayer()
    const below = this.steps.slice(0, layer).filter((other) => other.content !== null).length
    if (step.content === null) {
      return { tree: kind === 'image' && below > 0 ? this.#merged(below) : emptyTree(), base: null }
    }
    const base = step.content === 0 ? null : this.#merged(step.content)
    const layers = this.assembled.layers.slice(0, step.content + 1)
    const tree = this.#kept(`${kind} ${step.content}`, () =>
      overlay(base, layers, kind === 'image' ? 'merged' : 'diff')
    )
    return { tree, base }
  }

  /** Whether a view shows what a container made from the image has. */
  isWhole(view: FileView): boolean {
    return view.kind === 'image' && !this.steps.slice(view.layer + 1).some(({ content }) => content !== null)
  }

  /** The place in `steps` of the step that made a layer. */
  stepOf(content: number): number | null {
    const step = this.steps.findIndex((candidate) => candidate.content === content)
    return this.source.kind === 'container' || step < 0 ? null : step
  }

  summary(): Summary {
    const { config, layers, archived, chosen, cachedLayers } = this.assembled
    const whole = this.whole
    const storedBytes = layers.reduce((sum, { totals }) => sum + totals.bytes, 0)
    const sizeBytes = whole.bytes[0] as number
    return {
      handle: this.handle,
      name: archived[chosen]?.name || this.source.name,
      platform: [config.os, config.architecture, config.variant].filter(Boolean).join('/'),
      layers: this.steps.map((step, index) => this.#layer(step, index)),
      sizeBytes,
      storedBytes,
      wastedBytes: Math.max(0, storedBytes - sizeBytes),
      efficiency: this.waste.efficiency,
      files: whole.files[0] as number,
      config: config.config,
      history: config.history,
      archived: archived.map(({ name, platform }) => ({ name, platform })),
      chosen,
      cachedLayers
    }
  }

  #layer(step: Step, index: number): ImageLayer {
    const { content, ...told } = step
    const layer: LayerIndex | undefined = content === null ? undefined : this.assembled.layers[content]
    const counts = content === null ? undefined : this.waste.counts[content]
    const diffId = content === null ? undefined : this.assembled.diffIds[content]
    return {
      index,
      ...told,
      empty: content === null,
      diffId: diffId === undefined ? null : `sha256:${diffId}`,
      sizeBytes: layer?.totals.bytes ?? 0,
      added: counts?.added ?? 0,
      changed: counts?.changed ?? 0,
      removed: counts?.removed ?? 0,
      damagedNames: layer?.totals.damagedNames ?? 0
    }
  }

  /** The image of the lowest `count` layers, without badges. */
  #merged(count: number): Tree {
    if (count === 0) return emptyTree()
    return this.#kept(`merged ${count}`, () => mergeLayers(this.assembled.layers.slice(0, count)))
  }

  /** Keeps the trees that were used last. */
  #kept(key: string, make: () => Tree): Tree {
    const tree = this.#trees.get(key) ?? make()
    this.#trees.delete(key)
    this.#trees.set(key, tree)
    let bytes = [...this.#trees.values()].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)
    for (const [oldest, { memoryBytes }] of this.#trees) {
      if (this.#trees.size <= (bytes > MAX_TREE_BYTES ? 1 : MAX_TREES)) break
      this.#trees.delete(oldest)
      bytes -= memoryBytes
    }
    return tree
  }
}

let empty: Tree | null = null

/** A root and nothing in it: a step that only changed the configuration, an image without layers. */
export function emptyTree(): Tree {
  empty ??= overlay(null, [emptyLayer()], 'merged')
  return empty
}

function emptyLayer(): LayerIndex {
  return new LayerBuilder().seal(0)
}

function noLayer(): AppError {
  return new AppError('NotFound', 'The image has no such layer.', { hint: 'Open the image again.' })
}
