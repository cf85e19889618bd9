/** The browsing thread's answers about packages: read once for an image, then told, compared and written as SBOMs. */
import type { SbomFormat } from '@shared/contract/packages'
import type { Answerers } from '../answers'
import type { LayerCache } from '../layer-cache'
import type { OpenedImage } from '../opened-image'
import { progressReports } from '../progress-reports'
import { comparePackages } from './compare-packages'
import { readPackages, type PackageReport, type PackagesContext } from './read-packages'

/** Rows in one message. */
const BATCH = 500
const PIECE_BYTES = 1024 * 1024

type Progress = { kind: 'progress' } & Parameters<PackagesContext['onProgress']>[0]

export class PackageAnswers {
  readonly #cache: LayerCache
  readonly #image: (handle: string) => OpenedImage
  /** Given up with their images. */
  readonly #reports = new WeakMap<OpenedImage, PackageReport>()

  constructor(cache: LayerCache, image: (handle: string) => OpenedImage) {
    this.#cache = cache
    this.#image = image
  }

  readonly answerers: Pick<Answerers, 'packages' | 'comparePackages' | 'sbom'> = {
    packages: ({ handle }, signal) => this.#list(handle, signal),
    comparePackages: ({ handle, with: other }, signal) => this.#compare(handle, other, signal),
    sbom: (params, signal) => this.#sbom(params, signal)
  }

  async *#list(handle: string, signal: AbortSignal): ReturnType<Answerers['packages']> {
    const { packages, distro, total, notes } = yield* this.#report(handle, signal)
    for (let at = 0; at < packages.length; at += BATCH) {
      yield { kind: 'packages', packages: packages.slice(at, at + BATCH) }
    }
    return { distro, total, notes: [...notes] }
  }

  async *#compare(
    handle: string,
    other: string,
    signal: AbortSignal
  ): ReturnType<Answerers['comparePackages']> {
    const before = yield* this.#report(handle, signal)
    const after = yield* this.#report(other, signal)
    const { differences, ...counts } = comparePackages(before.packages, after.packages)
    for (let at = 0; at < differences.length; at += BATCH) {
      yield { kind: 'differences', differences: differences.slice(at, at + BATCH) }
    }
    return { ...counts, notes: [...new Set([...before.notes, ...after.notes])] }
  }

  async *#sbom(
    { handle, format, tool, now }: { handle: string; format: SbomFormat; tool: string; now: number },
    signal: AbortSignal
  ): ReturnType<Answerers['sbom']> {
    const image = this.#image(handle)
    const report = await resultOf(this.#report(handle, signal))
    // Loaded by whoever exports one.
    const { sbomOf } = await import('./sbom/sbom')
    const bytes = new TextEncoder().encode(sbomOf(image.summary(), report, { format, tool, now }))
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.slice(at, at + PIECE_BYTES)
    return { packages: report.total }
  }

  async *#report(handle: string, signal: AbortSignal): AsyncGenerator<Progress, PackageReport, undefined> {
    const image = this.#image(handle)
    const known = this.#reports.get(image)
    if (known !== undefined) return known
    let latest: Progress | null = null
    const work = readPackages(image, {
      cache: this.#cache,
      signal,
      onProgress: (progress) => {
        latest = { kind: 'progress', ...progress }
      }
    })
    const report = yield* progressReports(work, () => latest)
    this.#reports.set(image, report)
    return report
  }
}

/** The result alone. */
async function resultOf<R>(work: AsyncGenerator<unknown, R, undefined>): Promise<R> {
  for (;;) {
    const next = await work.next()
    if (next.done === true) return next.value
  }
}
