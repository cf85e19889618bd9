/**
 * What an image carries without showing it: files that a later layer writes again or removes, and how much each layer adds,
 * changes and removes. Pure. Walks the paths that several layers touch; a directory of one layer is counted as a whole.
 */
import { Flag, type LayerIndex } from './layer-index'
import { sameNames } from './merge-layers'
import { Kind } from './tar-header'
import type { Source } from './tree'
import { Row, WasteRows, type WastedPath } from './waste-rows'

/** Files (everything that is no directory) a layer touches. */
export interface LayerCounts {
  added: number
  changed: number
  removed: number
}

export interface Waste {
  readonly counts: readonly LayerCounts[]
  /** The largest first. */
  readonly paths: readonly WastedPath[]
  /** How many paths there are, when not all are listed. */
  readonly total: number
  /**
   * Between 0 and 1, as dive defines it: over all paths, the sum of the smallest size a path has in any layer, divided by the
   * sum of its sizes in all layers. A removed file has the size 0 in the layer that removes it. The one difference: dive
   * counts a removed directory as one path of its size, here every file below it is a path.
   */
  readonly efficiency: number
}

/** A layer that hides what lower layers have below a directory, and the row that pays for it. */
interface Clear {
  readonly layer: number
  readonly row: Row
}

interface Sums {
  readonly files: Uint32Array
  readonly bytes: Float64Array
}

interface Folder {
  readonly above: Folder | null
  readonly name: Source
  readonly sources: readonly Source[]
  readonly clears: readonly Clear[]
}

export function findWaste(layers: readonly LayerIndex[], limit: number): Waste {
  return new Walk(layers, limit).run()
}

class Walk {
  readonly #layers: readonly LayerIndex[]
  readonly #below: Sums[]
  readonly #counts: LayerCounts[]
  readonly #rows: WasteRows
  readonly #queue: Folder[] = []
  /** Sum over paths of all sizes but the smallest. */
  #surplus = 0

  constructor(layers: readonly LayerIndex[], limit: number) {
    this.#layers = layers
    this.#below = layers.map(sumsBelow)
    this.#counts = layers.map(() => ({ added: 0, changed: 0, removed: 0 }))
    this.#rows = new WasteRows(limit)
  }

  run(): Waste {
    const roots = this.#layers.map((_, layer) => ({ layer, node: 0 }))
    this.#path(null, roots, [])
    for (let folder = this.#queue.pop(); folder !== undefined; folder = this.#queue.pop()) {
      for (const same of sameNames(this.#layers, folder.sources)) this.#path(folder, same, folder.clears)
    }
    const stored = this.#layers.reduce((sum, { totals }) => sum + totals.bytes, 0)
    const efficiency = stored === 0 ? 1 : 1 - this.#surplus / stored
    return { counts: this.#counts, ...this.#rows.result(), efficiency }
  }

  /** One path through all layers: `same` are the layers' entries for it, `clears` what hides the whole directory. */
  #path(above: Folder | null, same: readonly Source[], clears: readonly Clear[]): void {
    const state = new PathState(() => new Row(() => this.#pathOf(above, same[0] as Source)))
    let next = 0
    for (const source of same) {
      for (; (clears[next]?.layer ?? Infinity) < source.layer; next += 1)
        this.#clear(state, clears[next] as Clear)
      const parental = clears[next]?.layer === source.layer ? (clears[next++] as Clear) : null
      this.#step(state, source, parental)
    }
    for (; next < clears.length; next += 1) this.#clear(state, clears[next] as Clear)
    this.#surplus += state.surplus
    if (state.row !== null) this.#rows.add(state.row)
    this.#descend(above, same[0] as Source, state)
  }

  /** The layer of `clear` has nothing at this path, and hides the directory it is in. */
  #clear(state: PathState, clear: Clear): void {
    const { alive } = state
    if (alive === null) return
    state.alive = null
    if (this.#isDirectory(alive)) {
      state.clears.push(clear)
      return
    }
    this.#lose(alive, clear.layer, clear.row, 'removed')
    this.#count(clear.layer).removed += 1
    state.appears(0)
  }

  #step(state: PathState, source: Source, parental: Clear | null): void {
    const index = this.#index(source)
    const hides =
      index.has(source.node, Flag.whiteout) || index.has(source.node, Flag.opaque) || parental !== null
    if (index.columns.kind[source.node] === Kind.none) {
      if (index.has(source.node, Flag.whiteout) || parental !== null) {
        this.#clear(state, parental ?? { layer: source.layer, row: state.ownRow() })
      }
      return
    }
    const before = state.alive
    const directory = index.isDirectory(source.node)
    if (before !== null && this.#isDirectory(before) && (hides || !directory)) {
      state.clears.push({ layer: source.layer, row: state.ownRow() })
    } else if (before !== null && !this.#isDirectory(before)) {
      this.#lose(before, source.layer, state.ownRow(), 'rewritten')
    }
    state.alive = source
    const replaced = before !== null && !this.#isDirectory(before)
    if (replaced && directory) state.appears(0)
    if (directory) {
      if (replaced) this.#count(source.layer).removed += 1
      state.sources.push(source)
      return
    }
    this.#count(source.layer)[replaced ? 'changed' : 'added'] += 1
    state.appears(index.columns.size[source.node] as number)
  }

  #descend(above: Folder | null, name: Source, { sources, clears }: PathState): void {
    const [only] = sources
    if (only === undefined) return
    if (sources.length > 1) {
      this.#queue.push({ above, name, sources, clears })
      return
    }
    const { files, bytes } = this.#below[only.layer] as Sums
    const count = files[only.node] as number
    this.#count(only.layer).added += count
    const [clear] = clears
    if (clear === undefined) return
    this.#count(clear.layer).removed += count
    this.#surplus += bytes[only.node] as number
    clear.row.add(only.layer, clear.layer, 'removed', bytes[only.node] as number, count)
  }

  #lose({ layer, node }: Source, by: number, row: Row, how: 'removed' | 'rewritten'): void {
    row.add(layer, by, how, this.#layers[layer]?.columns.size[node] ?? 0, 1)
  }

  #index({ layer }: Source): LayerIndex {
    return this.#layers[layer] as LayerIndex
  }

  #isDirectory(source: Source): boolean {
    return this.#index(source).isDirectory(source.node)
  }

  #count(layer: number): LayerCounts {
    return this.#counts[layer] as LayerCounts
  }

  #pathOf(above: Folder | null, name: Source): string {
    const names: string[] = []
    for (let at: Folder | null = above, own = name; at !== null; own = at.name, at = at.above) {
      names.push(this.#index(own).nameOf(own.node))
    }
    return `/${names.reverse().join('/')}`
  }
}

/** One path while its layers are gone through, lowest first. */
class PathState {
  alive: Source | null = null
  readonly sources: Source[] = []
  readonly clears: Clear[] = []
  row: Row | null = null
  readonly #make: () => Row
  #sum = 0
  #least = Infinity
  #times = 0

  constructor(make: () => Row) {
    this.#make = make
  }

  ownRow(): Row {
    this.row ??= this.#make()
    return this.row
  }

  appears(size: number): void {
    this.#times += 1
    this.#sum += size
    this.#least = Math.min(this.#least, size)
  }

  get surplus(): number {
    return this.#times > 1 ? this.#sum - this.#least : 0
  }
}

/** Files and bytes at and below every node of a layer. */
function sumsBelow({ count, columns }: LayerIndex): Sums {
  const files = new Uint32Array(count)
  const bytes = columns.size.slice()
  for (let node = count - 1; node >= 0; node--) {
    const kind = columns.kind[node]
    if (kind !== Kind.directory && kind !== Kind.none) files[node] = 1
    if (node === 0) break
    const above = columns.parent[node] as number
    files[above] = (files[above] as number) + (files[node] as number)
    bytes[above] = (bytes[above] as number) + (bytes[node] as number)
  }
  return { files, bytes }
}
