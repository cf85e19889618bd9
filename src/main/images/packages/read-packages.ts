/**
 * All packages of an opened image: chooses the files, reads them in one pass, and gives every package its path, its layer
 * and its package URL. Runs in the browsing thread; the result stays with the image.
 */
import { setImmediate } from 'node:timers/promises'
import type { ImagePackage, PackagesProgress, PackagesSummary } from '@shared/contract/packages'
import { oneLine } from '@shared/docker/text'
import type { LayerCache } from '../layer-cache'
import type { OpenedImage } from '../opened-image'
import { Kind } from '../tar-header'
import type { Tree } from '../tree'
import type { FoundPackage } from './found'
import type { Distro } from './os-release'
import { packageContents } from './package-files'
import { purlOf } from './purl'
import { readerOf, type FileReader, type Told } from './readers'
import { wantedFiles, type PackageFile } from './wanted'

export interface PackageReport extends PackagesSummary {
  readonly distribution: Distro | null
  readonly packages: readonly ImagePackage[]
}

export interface PackagesContext {
  readonly cache: LayerCache
  readonly signal: AbortSignal
  readonly onProgress: (progress: Omit<PackagesProgress, 'kind'>) => void
}

/** Of one image. */
const MAX_FILES = 300_000
const MAX_TOTAL = 250_000
const MAX_NOTES = 50

export async function readPackages(image: OpenedImage, context: PackagesContext): Promise<PackageReport> {
  const { cache, signal, onProgress } = context
  const gathered = new Gathered(image)
  const files = await chosen(image.whole, gathered, signal)
  let bytes = 0
  const report = (): void => onProgress({ bytes, files: gathered.files, totalFiles: files.length })
  const onBytes = (count: number): void => {
    bytes += count
    report()
  }
  // Compressed layers that lie close together come out of the archive side by side.
  const readers = new Map<PackageFile, FileReader>()
  for await (const part of packageContents(image, files, { cache, signal, onBytes })) {
    if (part.type === 'begin') readers.set(part.of, readerOf(part.of, part.sizeBytes))
    else if (part.type === 'bytes') readers.get(part.of)?.write(part.piece)
    else {
      const told = readers.get(part.of)?.end()
      readers.delete(part.of)
      if (told !== undefined) gathered.add(part.of, told)
      report()
    }
  }
  signal.throwIfAborted()
  return gathered.report()
}

async function chosen(tree: Tree, gathered: Gathered, signal: AbortSignal): Promise<PackageFile[]> {
  const files: PackageFile[] = []
  for (const file of wantedFiles(tree)) {
    if (file === null) {
      await setImmediate()
      signal.throwIfAborted()
    } else if (files.length === MAX_FILES) {
      gathered.note(
        `The image has more than ${MAX_FILES} files that may tell of packages; the rest is left out.`
      )
      break
    } else files.push(file)
  }
  return files
}

/** What has been found so far. */
class Gathered {
  readonly #image: OpenedImage
  readonly #found: { readonly file: PackageFile; readonly found: FoundPackage }[] = []
  readonly #notes: string[] = []
  readonly #distros = new Map<string, Distro>()
  /** Licences by the name of a folder in `/usr/share/doc`. */
  readonly #copyrights = new Map<string, readonly string[]>()
  files = 0
  #moreNotes = 0

  constructor(image: OpenedImage) {
    this.#image = image
  }

  add(file: PackageFile, { packages, note, distro, copyright }: Told): void {
    this.files += 1
    if (note !== null) this.note(`${oneLine(file.path, 300)} ${note}.`)
    if (distro) this.#distros.set(file.path, distro)
    if (copyright !== undefined) this.#copyrights.set(file.path.split('/').at(-2) ?? '', copyright)
    for (const found of packages) {
      if (this.#found.length === MAX_TOTAL) {
        this.note(`The image has more than ${MAX_TOTAL} packages; the rest is left out.`)
        return
      }
      this.#found.push({ file, found })
    }
  }

  note(sentence: string): void {
    if (this.#notes.includes(sentence)) return
    if (this.#notes.length < MAX_NOTES) this.#notes.push(sentence)
    else this.#moreNotes += 1
  }

  report(): PackageReport {
    const distribution =
      this.#distros.get('/etc/os-release') ?? this.#distros.get('/usr/lib/os-release') ?? null
    const packages = this.#found.map(({ file, found }): ImagePackage => {
      const { owned, ...facts } = found
      return {
        ...facts,
        licences: found.ecosystem === 'deb' ? [...this.#debianLicences(found)] : [...found.licences],
        path: file.path,
        layer: this.#image.stepOf(this.#layerOf(file, owned)),
        purl: purlOf(found, distribution)
      }
    })
    packages.sort((a, b) => order(a.name, b.name) || order(a.version, b.version) || order(a.path, b.path))
    const more = this.#moreNotes === 0 ? [] : [`${this.#moreNotes} more files could not be read.`]
    return {
      distribution,
      distro: distribution?.name ?? '',
      total: packages.length,
      notes: [...this.#notes, ...more],
      packages
    }
  }

  /** The layer of the first of its own files that is there; else of the file that tells of it. */
  #layerOf(file: PackageFile, owned: readonly string[]): number {
    const { whole } = this.#image
    for (const path of owned) {
      // Where `/lib` is a link to `/usr/lib`, databases keep the old paths.
      for (const place of [path, `/usr${path}`]) {
        const at = whole.find(place)
        if (at > 0 && !whole.isDirectory(at)) return whole.layer[at] as number
      }
    }
    return whole.layer[file.at] as number
  }

  /** What the copyright file says; a package's folder may be a link to that of another one. */
  #debianLicences({ name }: FoundPackage): readonly string[] {
    const own = this.#copyrights.get(name)
    if (own !== undefined) return own
    const { whole } = this.#image
    const at = whole.find(`/usr/share/doc/${name}`)
    if (at <= 0 || whole.kindOf(at) !== Kind.symlink) return []
    const target = whole.indexOf(at).linkOf(whole.node[at] as number)
    return this.#copyrights.get(target.split('/').at(-1) ?? '') ?? []
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
