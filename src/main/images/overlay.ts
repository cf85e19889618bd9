/**
 * One layer laid over the image below it: what the layer added, changed and removed (its diff), or the image with the layer,
 * in which the layer's entries carry a badge. Pure; two sorted lists of children are walked side by side.
 */
import { compareNames, Flag, type LayerIndex } from './layer-index'
import { settleLinks } from './hard-links'
import { Kind } from './tar-header'
import { Badge, NONE, Tree } from './tree'

/** What one output directory is made of: a node below, a node of the layer, and whether what is below is hidden. */
interface Pair {
  readonly below: number
  readonly above: number
  /** The layer hides everything below that it does not have itself. */
  readonly hides: boolean
}

/**
 * `below` is the image under the layer, null for the first one; `layers` ends with the layer itself.
 * `diff` keeps what the layer touched, removed entries included; `merged` keeps what the image has afterwards.
 */
export function overlay(below: Tree | null, layers: readonly LayerIndex[], keep: 'diff' | 'merged'): Tree {
  return new Overlay(below, layers, keep).run()
}

class Overlay {
  readonly #below: Tree | null
  readonly #index: LayerIndex
  readonly #layer: number
  readonly #diff: boolean
  readonly #out: Tree
  readonly #pairs: (Pair | null)[] = []

  constructor(below: Tree | null, layers: readonly LayerIndex[], keep: 'diff' | 'merged') {
    this.#below = below
    this.#layer = layers.length - 1
    this.#index = layers[this.#layer] as LayerIndex
    this.#diff = keep === 'diff'
    this.#out = new Tree(layers)
  }

  run(): Tree {
    const out = this.#out
    const root = { below: this.#below === null ? NONE : 0, above: 0, hides: this.#hides(0) }
    this.#put(0, root, root.below === NONE ? Badge.added : Badge.changed)
    for (let at = 0; at < out.count; at++) {
      const pair = this.#pairs[at] ?? null
      this.#pairs[at] = null
      if (!out.isDirectory(at)) continue
      const first = out.count
      if (pair !== null) this.#children(at, pair)
      out.firstChild[at] = first
      out.childCount[at] = out.count - first
    }
    settleLinks(out)
    return out.seal()
  }

  #hides(node: number): boolean {
    return this.#index.has(node, Flag.opaque) || this.#index.has(node, Flag.whiteout)
  }

  /** The layer says what a directory is, unless it only implies it. */
  #put(parent: number, pair: Pair, badge: Badge): void {
    const { below, above } = pair
    const ours = above !== NONE && (below === NONE || !this.#impliedOver(above, below))
    const base = this.#below
    if (ours || base === null) this.#out.add(parent, this.#layer, above, badge, below)
    else this.#out.add(parent, base.layer[below] as number, base.node[below] as number, badge, below)
    this.#pairs[this.#out.count - 1] = pair
  }

  #impliedOver(above: number, below: number): boolean {
    return this.#index.has(above, Flag.implied) && this.#below?.isDirectory(below) === true
  }

  #children(at: number, { below, above, hides }: Pair): void {
    const base = this.#below
    const { firstChild, childCount } = this.#index.columns
    const range = (first: Uint32Array, count: Uint32Array, node: number): [number, number] =>
      node === NONE ? [0, 0] : [first[node] as number, (first[node] as number) + (count[node] as number)]
    const [bStart, bEnd] = base === null ? [0, 0] : range(base.firstChild, base.childCount, below)
    const [lStart, lEnd] = range(firstChild, childCount, above)
    let b = bStart
    let l = lStart
    while (b < bEnd || l < lEnd) {
      const order = l === lEnd ? -1 : b === bEnd || base === null ? 1 : this.#compare(base, b, l)
      this.#child(at, order <= 0 ? b : NONE, order >= 0 ? l : NONE, hides)
      if (order <= 0) b += 1
      if (order >= 0) l += 1
    }
  }

  #compare(base: Tree, b: number, l: number): number {
    return compareNames(base.indexOf(b), base.node[b] as number, this.#index, l)
  }

  /** One name: what was below (or NONE), what the layer has (or NONE). */
  #child(parent: number, below: number, above: number, hides: boolean): void {
    if (above === NONE) {
      if (hides) this.#removed(parent, below)
      else if (!this.#diff) this.#put(parent, { below, above, hides: false }, Badge.none)
      return
    }
    const kind = this.#index.columns.kind[above]
    if (kind === Kind.none) {
      if (below !== NONE) this.#removed(parent, below)
      return
    }
    const badge = below === NONE ? Badge.added : Badge.changed
    this.#put(parent, { below, above, hides: hides || this.#hides(above) }, badge)
  }

  #removed(parent: number, below: number): void {
    const base = this.#below
    if (!this.#diff || base === null) return
    this.#out.add(parent, base.layer[below] as number, base.node[below] as number, Badge.removed, below)
    // Everything below a removed directory is removed with it.
    this.#pairs[this.#out.count - 1] = { below, above: NONE, hides: true }
  }
}
