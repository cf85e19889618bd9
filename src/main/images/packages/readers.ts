/** Each kind of file with what reads it and how large it may be. A file's bytes come in pieces; what is kept is bounded. */
import { humanSize } from '@shared/docker/size'
import { readApk } from './apk'
import { licencesOfCopyright } from './debian-copyright'
import { readDpkg } from './dpkg'
import { NOTHING_FOUND, type Found } from './found'
import { readGem } from './gem'
import { GoBinary } from './go-binary'
import { readJava } from './java'
import { readNpm } from './npm'
import { readOsRelease, type Distro } from './os-release'
import { readPypi } from './pypi'
import { readRpmSqlite } from './rpm'
import type { PackageFile, PackageFileKind } from './wanted'

/** What one file told. */
export interface Told extends Found {
  readonly distro?: Distro | null
  /** Of the Debian package whose folder it lies in. */
  readonly copyright?: readonly string[]
}

/** Takes a file piece by piece. */
export interface FileReader {
  write(piece: Uint8Array): void
  end(): Told
}

const MEGABYTE = 1024 * 1024
/** rpm removes it when it closes the database; one that is left may hold what the database does not have yet. */
const UNMERGED = 'has changes to the database of rpm that were not merged into it; they are not read'
const UNREAD = 'is a database of rpm in a format that is not read; its packages are missing here'

interface WholeReader {
  readonly maxBytes: number
  readonly read: (bytes: Uint8Array, path: string) => Told
}

const READERS: Readonly<Record<Exclude<PackageFileKind, 'go'>, WholeReader>> = {
  dpkg: { maxBytes: 64 * MEGABYTE, read: readDpkg },
  copyright: {
    maxBytes: MEGABYTE,
    read: (bytes) => ({ ...NOTHING_FOUND, copyright: licencesOfCopyright(bytes) })
  },
  apk: { maxBytes: 64 * MEGABYTE, read: readApk },
  'rpm-sqlite': { maxBytes: 384 * MEGABYTE, read: readRpmSqlite },
  'rpm-wal': { maxBytes: 0, read: () => NOTHING_FOUND },
  'rpm-ndb': { maxBytes: 0, read: () => NOTHING_FOUND },
  'rpm-berkeley': { maxBytes: 0, read: () => NOTHING_FOUND },
  npm: { maxBytes: 4 * MEGABYTE, read: readNpm },
  pypi: { maxBytes: 4 * MEGABYTE, read: readPypi },
  gem: { maxBytes: MEGABYTE, read: readGem },
  java: { maxBytes: 256 * MEGABYTE, read: readJava },
  'os-release': { maxBytes: MEGABYTE, read: (bytes) => ({ ...NOTHING_FOUND, distro: readOsRelease(bytes) }) }
}

/** @param sizeBytes as the archive states it, before the first piece. */
export function readerOf({ kind, path }: PackageFile, sizeBytes: number): FileReader {
  if (kind === 'go') return new GoBinary()
  const { maxBytes, read } = READERS[kind]
  if (kind === 'rpm-wal') return new Unread(sizeBytes === 0 ? null : UNMERGED)
  if (maxBytes === 0) return new Unread(UNREAD)
  if (sizeBytes > maxBytes) {
    // What has no name for a package is not missed.
    return new Unread(
      kind === 'copyright'
        ? null
        : `has ${humanSize(sizeBytes)} and is not read; the most is ${humanSize(maxBytes)}`
    )
  }
  return new Whole((bytes) => read(bytes, path), maxBytes)
}

class Unread implements FileReader {
  readonly #note: string | null

  constructor(note: string | null) {
    this.#note = note
  }

  write(): void {
    // It is not looked at.
  }

  end(): Told {
    return { packages: [], note: this.#note }
  }
}

class Whole implements FileReader {
  readonly #read: (bytes: Uint8Array) => Told
  readonly #maxBytes: number
  readonly #pieces: Buffer[] = []
  #bytes = 0

  constructor(read: (bytes: Uint8Array) => Told, maxBytes: number) {
    this.#read = read
    this.#maxBytes = maxBytes
  }

  write(piece: Uint8Array): void {
    this.#bytes += piece.length
    // A copy: a small file must not keep the large chunk it came in.
    if (this.#bytes <= this.#maxBytes) this.#pieces.push(Buffer.from(piece))
  }

  end(): Told {
    try {
      return this.#read(Buffer.concat(this.#pieces))
    } catch {
      return { packages: [], note: 'is damaged and could not be read' }
    }
  }
}
