/**
 * What a reader of one ecosystem finds in one file, and the bounds they all keep: files come from strangers. Readers are
 * pure functions from bytes to packages; what they cannot make sense of is left out or said in a note, never thrown.
 */
import type { Ecosystem } from '@shared/contract/packages'
import { oneLine } from '@shared/docker/text'

export interface FoundPackage {
  readonly ecosystem: Ecosystem
  /** As its ecosystem writes it: `@scope/name`, `golang.org/x/net`, `group:artifact`. */
  readonly name: string
  readonly version: string
  /** Empty when it is for every machine or not stated. */
  readonly architecture: string
  /** As stated; several when the package states several. */
  readonly licences: readonly string[]
  /** The source package when it has another name or version: `curl 7.88.1-10`. */
  readonly source: string
  /** Paths that came with it: the layer of the first that is there is the package's own. */
  readonly owned: readonly string[]
}

export interface Found {
  readonly packages: readonly FoundPackage[]
  /** What could not be read of this file, as a clause after its path: `is cut short`. */
  readonly note: string | null
}

/** Of all packages of one file; an operating system has some thousands. */
export const MAX_PACKAGES = 50_000
const MAX_TEXT = 300
const MAX_LICENCES = 40
/** Of a package's files: enough to find one that is still there. */
export const MAX_OWNED = 6

export const NOTHING_FOUND: Found = { packages: [], note: null }

/** A package with its texts made safe and short; null when it has no name or no version. */
export function foundPackage(
  ecosystem: Ecosystem,
  facts: {
    readonly name: string
    readonly version: string
    readonly architecture?: string
    readonly licences?: readonly string[]
    readonly source?: string
    readonly owned?: readonly string[]
  }
): FoundPackage | null {
  const name = short(facts.name)
  const version = short(facts.version)
  if (name === '' || version === '') return null
  const licences = new Set((facts.licences ?? []).slice(0, MAX_LICENCES).map(short))
  licences.delete('')
  return {
    ecosystem,
    name,
    version,
    architecture: short(facts.architecture ?? ''),
    licences: [...licences],
    source: short(facts.source ?? ''),
    owned: facts.owned ?? []
  }
}

/** The packages there are, and the note when there were more than are kept. */
export function foundAll(packages: Iterable<FoundPackage | null>, note: string | null = null): Found {
  const kept: FoundPackage[] = []
  for (const one of packages) {
    if (one === null) continue
    if (kept.length === MAX_PACKAGES) {
      return { packages: kept, note: `lists more than ${MAX_PACKAGES} packages; the rest is left out` }
    }
    kept.push(one)
  }
  return { packages: kept, note }
}

/** One line of at most some hundred characters. */
export const short = (text: string): string => oneLine(text.slice(0, MAX_TEXT * 2), MAX_TEXT)

const decoder = new TextDecoder()

/** Bytes as text; what is no UTF-8 becomes a replacement character. */
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes)
