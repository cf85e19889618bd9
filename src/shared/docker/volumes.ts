/** `-v` values as `docker run` reads them, for Linux containers. Pure; used by run-options. */
import { volumeNameError } from './names'

export interface VolumeSpec {
  /** `bind`: a host folder; `volume`: a named volume; `anonymous`: a new volume without a name. */
  readonly type: 'bind' | 'volume' | 'anonymous'
  /** Empty when anonymous. */
  readonly source: string
  readonly target: string
  /** As written, comma-separated: `ro`, `z` …; empty when there are none. */
  readonly options: string
}

export type VolumeResult =
  { readonly ok: true; readonly volume: VolumeSpec } | { readonly ok: false; readonly message: string }

/** A host folder as the API's `Mounts` has it. */
export interface BindMount {
  readonly Type: 'bind'
  readonly Source: string
  readonly Target: string
  readonly ReadOnly?: true
  readonly BindOptions?: { readonly Propagation: string }
}

const OPTIONS = new Set([
  'ro',
  'rw',
  'z',
  'Z',
  'nocopy',
  'private',
  'rprivate',
  'shared',
  'rshared',
  'slave',
  'rslave',
  'consistent',
  'cached',
  'delegated'
])

/** Reads `[volume-or-folder:]/path[:options]`. */
export function parseVolume(text: string): VolumeResult {
  if (text.includes('\0')) return no('A path holds no NUL character.')
  const parts = text.split(':')
  if (parts.length > 3) return no('Write it as volume-or-folder:/path, with :ro at the end for read-only.')
  if (parts.length === 1) {
    const mistake = targetMistake(text)
    return (
      mistake ?? { ok: true, volume: { type: 'anonymous', source: '', target: cleanPath(text), options: '' } }
    )
  }
  const [source = '', target = '', options = ''] = parts
  const mistake =
    sourceMistake(source) ?? targetMistake(target) ?? optionsMistake(options, parts.length === 3)
  const type = source.startsWith('/') ? 'bind' : 'volume'
  return mistake ?? { ok: true, volume: { type, source, target: cleanPath(target), options } }
}

const PROPAGATIONS = new Set(['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'])
/** For other platforms' engines; dockerd on Linux ignores them. */
const IGNORED = new Set(['consistent', 'cached', 'delegated'])

/** The same mount for `Mounts`; null where only a bind can say it (a volume, or SELinux labels). */
export function bindMount({ type, source, target, options }: VolumeSpec): BindMount | null {
  if (type !== 'bind') return null
  const words = options.split(',').filter((word) => word !== '' && word !== 'rw' && !IGNORED.has(word))
  const propagation = words.find((word) => PROPAGATIONS.has(word))
  if (words.some((word) => word !== 'ro' && word !== propagation)) return null
  return {
    Type: 'bind',
    Source: source,
    Target: target,
    ...(words.includes('ro') ? { ReadOnly: true } : {}),
    ...(propagation === undefined ? {} : { BindOptions: { Propagation: propagation } })
  }
}

function no(message: string): VolumeResult & { ok: false } {
  return { ok: false, message }
}

function sourceMistake(source: string): VolumeResult | null {
  if (source === '') return no('The volume or folder before the colon is missing.')
  if (source.startsWith('/')) return null
  if (/^[.~]/.test(source) || source.includes('/'))
    return no('A host folder is an absolute path: it begins with /.')
  const mistake = volumeNameError(source)
  return mistake === null ? null : no(mistake)
}

function targetMistake(target: string): VolumeResult | null {
  if (target === '') return no('The path in the container is missing.')
  if (!target.startsWith('/')) return no('The path in the container is absolute: it begins with /.')
  return cleanPath(target) === '/' ? no('The path in the container cannot be /.') : null
}

function optionsMistake(options: string, given: boolean): VolumeResult | null {
  if (!given) return null
  const words = options.split(',')
  const unknown = words.find((word) => !OPTIONS.has(word))
  if (unknown !== undefined) return no(`There is no mount option "${unknown}"; use ro or rw.`)
  return words.includes('ro') && words.includes('rw') ? no('A mount is either ro or rw.') : null
}

/** Go's path.Clean for an absolute path. */
export function cleanPath(path: string): string {
  const kept: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') kept.pop()
    else kept.push(part)
  }
  return `/${kept.join('/')}`
}
