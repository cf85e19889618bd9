/**
 * The modules a Go program was built from, as the linker writes them into `.go.buildinfo`. The program runs by in pieces:
 * the block is found by its magic (which lies at a multiple of sixteen), so a program of any size takes a few kilobytes.
 * Format: Go's debug/buildinfo; since Go 1.18 both texts follow the header, each with its length as a varint.
 */
import { foundAll, foundPackage, NOTHING_FOUND, textOf, type Found, type FoundPackage } from './found'
import { lines } from './stanzas'

const ELF = Buffer.from('\u007fELF', 'latin1')
const MAGIC = Buffer.from('\u00ff Go buildinf:', 'latin1')
const ALIGNMENT = 16
const HEADER_BYTES = 32
/** The flag that says the texts are in line. */
const IN_LINE = 2
const MAX_VERSION_BYTES = 200
const MAX_MODULES_BYTES = 4 * 1024 * 1024
/** Before and after the list of modules: marks that are no part of it. */
const MARK_BYTES = 16

interface BuildInfo {
  readonly version: string
  readonly modules: string
}

/** Takes a program piece by piece; {@link end} says what it was built from. */
export class GoBinary {
  /** What has not been looked through, or not all of which has come. */
  #rest: Buffer = Buffer.alloc(0)
  /** Where `#rest` begins in the program. */
  #at = 0
  #info: BuildInfo | null = null
  #old = false
  #other = false

  write(piece: Uint8Array): void {
    if (this.#info !== null || this.#other) return
    this.#rest = Buffer.concat([this.#rest, piece])
    if (
      this.#at === 0 &&
      this.#rest.length >= ELF.length &&
      !this.#rest.subarray(0, ELF.length).equals(ELF)
    ) {
      this.#other = true
      this.#rest = Buffer.alloc(0)
      return
    }
    this.#search(false)
  }

  end(): Found {
    if (!this.#other) this.#search(true)
    this.#rest = Buffer.alloc(0)
    if (this.#info !== null) return foundAll(modulesOf(this.#info))
    return this.#old
      ? { packages: [], note: 'was built with Go before 1.18, whose list of modules is not read' }
      : NOTHING_FOUND
  }

  #search(last: boolean): void {
    let from = 0
    while (this.#info === null) {
      const found = this.#rest.indexOf(MAGIC, from)
      if (found < 0) {
        this.#drop(Math.max(from, this.#rest.length - MAGIC.length + 1))
        return
      }
      if ((this.#at + found) % ALIGNMENT !== 0) {
        from = found + 1
        continue
      }
      const outcome = infoAt(this.#rest, found)
      if (outcome === 'more' && !last) {
        this.#drop(found)
        return
      }
      if (outcome === 'old') this.#old = true
      else if (typeof outcome === 'object') this.#info = outcome
      from = found + 1
    }
  }

  #drop(bytes: number): void {
    // A copy: what is kept must not keep the pieces it came in.
    this.#rest = Buffer.from(this.#rest.subarray(bytes))
    this.#at += bytes
  }
}

function infoAt(bytes: Buffer, at: number): BuildInfo | 'more' | 'old' | 'none' {
  if (bytes.length < at + HEADER_BYTES) return 'more'
  const pointerBytes = bytes[at + 14] as number
  const flags = bytes[at + 15] as number
  if ((flags & IN_LINE) === 0)
    return (pointerBytes === 4 || pointerBytes === 8) && flags <= 1 ? 'old' : 'none'
  const version = textAt(bytes, at + HEADER_BYTES, MAX_VERSION_BYTES)
  if (typeof version === 'string') return version
  // The magic is also in programs that read build information, followed by anything.
  if (!/^(go\d|devel)/.test(version.text)) return 'none'
  const modules = textAt(bytes, version.end, MAX_MODULES_BYTES)
  if (typeof modules === 'string') return modules
  return { version: version.text, modules: modules.text.length > 2 * MARK_BYTES ? modules.bare : '' }
}

function textAt(
  bytes: Buffer,
  at: number,
  most: number
): { text: string; bare: string; end: number } | 'more' | 'none' {
  let length = 0
  let next = at
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[next]
    if (byte === undefined) return 'more'
    next += 1
    length += (byte & 0x7f) * 2 ** shift
    if (length > most) return 'none'
    if (byte < 0x80) break
    if (shift > 28) return 'none'
  }
  if (bytes.length < next + length) return 'more'
  const whole = bytes.subarray(next, next + length)
  const bare = textOf(whole.subarray(MARK_BYTES, Math.max(MARK_BYTES, length - MARK_BYTES)))
  return { text: textOf(whole), bare, end: next + length }
}

/** Lines of tab-separated words: `mod`, `dep`, and `=>` for what stands in for the one above. */
function* modulesOf({ version, modules }: BuildInfo): Generator<FoundPackage | null, void, undefined> {
  yield foundPackage('go', { name: 'stdlib', version: version.split(' ')[0] ?? version })
  let held: FoundPackage | null = null
  let main: string | null = null
  for (const line of lines(modules)) {
    const [word, name = '', moduleVersion = ''] = line.split('\t')
    if (word === '=>') {
      // Where a folder of the builder's stands in, the module keeps its name and has no version any more.
      const folder = /^\.{0,2}\//.test(name)
      held = foundPackage('go', {
        name: folder ? (held?.name ?? '') : name,
        version: folder || moduleVersion === '' ? '(devel)' : moduleVersion
      })
    } else if (word === 'mod' || word === 'dep') {
      yield held
      held = foundPackage('go', { name, version: moduleVersion === '' ? '(devel)' : moduleVersion })
      if (word === 'mod') main = null
    } else if (word === 'path') main = name
  }
  yield held
  // Built without modules, it tells its own package only.
  if (main !== null) yield foundPackage('go', { name: main, version: '(devel)' })
}
