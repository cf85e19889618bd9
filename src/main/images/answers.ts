/** What the browsing thread knows and how it answers: the open images by handle, and a generator for every question. */
import { setImmediate } from 'node:timers/promises'
import type { FileEntry, FileView, OpenEvent } from '@shared/contract/image-files'
import { AppError } from '@shared/errors'
import { assemble } from './assemble'
import type { Located, Question, Questions } from './browse-messages'
import { compareTrees, type CompareCounts } from './compare-trees'
import { comparisonOf } from './comparison'
import { childrenOf, entryOf, type EntryContext } from './entries'
import { LayerCache } from './layer-cache'
import { nameMatch } from './name-match'
import { OpenedImage } from './opened-image'
import { packTree, readOne } from './pack'
import { PackageAnswers } from './packages/answers'
import { progressReports } from './progress-reports'
import { searchTree } from './search-tree'
import type { Source } from './source'
import { textDiff } from './text-diff'
import { treemap } from './treemap'
import { Badge, type Tree } from './tree'

type Answer<Q extends Question> = AsyncGenerator<Questions[Q]['item'], Questions[Q]['end'], undefined>
export type Answerers = {
  readonly [Q in Question]: (params: Questions[Q]['params'], signal: AbortSignal) => Answer<Q>
}

const SEARCH_BATCH = 100
const NOTHING: readonly never[] = []

interface Compared {
  readonly tree: Tree
  readonly counts: CompareCounts
}

/** A tree with everything that is needed to tell of its nodes. */
interface Viewed extends EntryContext {
  /** Whose layers the tree's nodes are in. */
  readonly image: OpenedImage
}

export class Answers {
  readonly #cache: LayerCache
  readonly #images = new Map<string, OpenedImage>()
  readonly #answerers: Answerers
  /** The comparison that was looked at last. */
  #compared: { readonly key: string; readonly result: Compared } | null = null

  constructor(cacheDir: string) {
    this.#cache = new LayerCache(cacheDir)
    const packages = new PackageAnswers(this.#cache, (handle) => this.#image(handle))
    this.#answerers = { ...this.#own, ...packages.answerers }
  }

  answer(
    question: Question,
    params: unknown,
    signal: AbortSignal
  ): AsyncGenerator<unknown, unknown, undefined> {
    const answerers = this.#answerers as Record<
      Question,
      (params: unknown, signal: AbortSignal) => Answer<Question>
    >
    return answerers[question](params, signal)
  }

  readonly #own: Omit<Answerers, 'packages' | 'comparePackages' | 'sbom'> = {
    open: (params, signal) => this.#open(params, signal),
    close: ({ handle }) => {
      this.#images.delete(handle)
      if (this.#compared?.key.includes(handle) === true) this.#compared = null
      return only(() => undefined)
    },
    children: ({ handle, view, path, ...options }) =>
      only(() => {
        const viewed = this.#view(handle, view)
        return childrenOf(viewed, found(viewed.tree, path), options)
      }),
    entry: ({ handle, view, path }) =>
      only(() => {
        const viewed = this.#view(handle, view)
        return entryOf(viewed, found(viewed.tree, path))
      }),
    search: (params, signal) => this.#search(params, signal),
    treemap: ({ handle, view, path, depth, limit }) =>
      only(() => {
        const { tree } = this.#view(handle, view)
        return treemap(tree, found(tree, path), { depth, count: limit })
      }),
    waste: ({ handle, limit }) => only(() => this.#waste(handle, limit)),
    compare: ({ handle, with: other }) =>
      only(() =>
        comparisonOf(this.#image(handle), this.#image(other), this.#comparison(handle, other).counts)
      ),
    summary: ({ handle }) => only(() => this.#image(handle).summary()),
    locate: ({ handle, view, path }) => only(() => this.#locate(handle, view, path)),
    wholeView: ({ handle }) =>
      only(() => ({ kind: 'image', layer: Math.max(0, this.#image(handle).steps.length - 1) })),
    read: ({ handle, view, path, offset, limit }, signal) => {
      const { image, tree, at } = this.#content(handle, view, path)
      return readOne(image, tree, at, { offset, limit, cache: this.#cache, signal })
    },
    pack: ({ handle, view, path }, signal) => {
      const { image, tree, at } = this.#content(handle, view, path)
      return packTree(image, tree, at, { cache: this.#cache, signal })
    },
    textDiff: ({ before, after }) => only(() => textDiff(before, after))
  }

  async *#open(
    { handle, source }: { readonly handle: string; readonly source: Source },
    signal: AbortSignal
  ): AsyncGenerator<OpenEvent, undefined, undefined> {
    let latest: OpenEvent | null = null
    const assembled = yield* progressReports(
      assemble(source, {
        cache: this.#cache,
        signal,
        onProgress: (progress) => {
          latest = { kind: 'progress', ...progress }
        }
      }),
      () => latest
    )
    const image = new OpenedImage(handle, source, assembled)
    const summary = image.summary()
    signal.throwIfAborted()
    this.#images.set(handle, image)
    yield { kind: 'ready', image: summary }
  }

  async *#search(
    { handle, view, query, limit }: Questions['search']['params'],
    signal: AbortSignal
  ): AsyncGenerator<FileEntry[], { total: number }, undefined> {
    const viewed = this.#view(handle, view)
    let total = 0
    let batch: FileEntry[] = []
    for (const at of searchTree(viewed.tree, nameMatch(query))) {
      if (at !== null) {
        total += 1
        if (total <= limit) batch.push(entryOf(viewed, at))
      }
      if (batch.length === SEARCH_BATCH || (at === null && batch.length > 0)) {
        yield batch
        batch = []
      }
      if (at === null) await setImmediate()
      if (signal.aborted) break
    }
    if (batch.length > 0) yield batch
    return { total }
  }

  #waste(handle: string, limit: number): Questions['waste']['end'] {
    const image = this.#image(handle)
    const step = (content: number): number => image.stepOf(content) ?? 0
    const { paths, total } = image.waste
    return {
      total,
      paths: paths.slice(0, limit).map((row) => ({
        ...row,
        copies: row.copies.map((copy) => ({ ...copy, layer: step(copy.layer), by: step(copy.by) }))
      }))
    }
  }

  #locate(handle: string, view: FileView, path: string): Located {
    const viewed = this.#view(handle, view)
    const entry = entryOf(viewed, found(viewed.tree, path))
    const { image, tree, at } = this.#content(handle, view, path)
    const { whole, source } = image
    const live = source.kind === 'archive' ? -1 : whole.find(path)
    // A directory is the whole image's only in the whole image: below it there may be anything.
    const same =
      live >= 0 &&
      whole.layer[live] === tree.layer[at] &&
      whole.node[live] === tree.node[at] &&
      (tree === whole || !tree.isDirectory(at) || image.isWhole(view))
    return { entry, livePath: same ? path : null, source }
  }

  /** Whose file it is that a view shows: in a comparison, what is removed is of the image before. */
  #content(handle: string, view: FileView, path: string): { image: OpenedImage; tree: Tree; at: number } {
    const { image, tree } = this.#view(handle, view)
    const at = found(tree, path)
    if (view.kind !== 'compare') return { image, tree, at }
    const whose = tree.badge[at] === Badge.removed ? this.#image(handle) : image
    return { image: whose, tree: whose.whole, at: found(whose.whole, path) }
  }

  #view(handle: string, view: FileView): Viewed {
    const image = this.#image(handle)
    if (view.kind !== 'compare') {
      const { tree, base } = image.view(view)
      return { image, tree, base, stepOf: (layer) => image.stepOf(layer) }
    }
    const after = this.#image(view.with)
    const { tree } = this.#comparison(handle, view.with)
    const own = after.assembled.layers.length
    const stepOf = (layer: number): number | null =>
      layer < own ? after.stepOf(layer) : image.stepOf(layer - own)
    return { image: after, tree, base: image.whole, stepOf }
  }

  #comparison(handle: string, other: string): Compared {
    const key = `${handle} ${other}`
    if (this.#compared?.key !== key) {
      this.#compared = { key, result: compareTrees(this.#image(handle).whole, this.#image(other).whole) }
    }
    return this.#compared.result
  }

  #image(handle: string): OpenedImage {
    const image = this.#images.get(handle)
    if (image !== undefined) return image
    throw new AppError('NotFound', 'The image is not open any more.', { hint: 'Open it again.' })
  }
}

function found(tree: Tree, path: string): number {
  const at = tree.find(path)
  if (at >= 0) return at
  throw new AppError('NotFound', 'There is no such file here.', {
    hint: 'Choose another layer, or look at the whole image.'
  })
}

/** A question with one answer. */
async function* only<T>(work: () => T): AsyncGenerator<never, T, undefined> {
  yield* NOTHING
  await setImmediate()
  return work()
}
