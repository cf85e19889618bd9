/**
 * What a line of the table "Tags" says of its image: digest, size, when it was made. Read a few at a time, for lines that can be seen,
 * and kept by digest: what a digest leads to does not change. Called by the handler (docs/decisions/0590).
 */
import type { TagRow } from '@shared/contract/repositories'
import { AppError, toAppError } from '@shared/errors'
import { fetchManifest, isDigest, MANIFESTS, type Fetched, type Place } from './manifest'
import { pullScope } from './content-names'
import { contentError, TOO_OFTEN } from './content-errors'
import { HUB_HOST } from './registry-key'
import { isAttestation, platformOf, readImage } from './tag-content'

/** Lines at once: each may cost four requests. */
const AT_ONCE = 4
/** For one line; a registry that trickles is not waited for. */
const ROW_MS = 10_000
/** Failures after which the registry is left alone. */
const MOST_FAILURES = 4
const MOST_KEPT = 2000
const MOST_PLATFORMS = 200

/** Of an image, without the tag that leads to it. */
type Facts = Omit<TagRow, 'tag' | 'problem'>

const HUB_COUNTS = 'Docker Hub counts an image that is read as one that is pulled. Open the tag to read it.'

export class TagRows {
  readonly #mine: string
  readonly #kept = new Map<string, Facts>()

  readonly #rowMs: number

  /** @param mine the platform whose size and date stand for an image of several. */
  constructor(mine = machinePlatform(), rowMs = ROW_MS) {
    this.#mine = mine
    this.#rowMs = rowMs
  }

  /** The lines as they are read. Fails only when it is given up. */
  async *read(place: Place, tags: readonly string[]): AsyncGenerator<TagRow, void, undefined> {
    const queue = [...tags]
    const running = new Map<string, Promise<TagRow>>()
    const refusals: AppError[] = []
    while (queue.length > 0 || running.size > 0) {
      while (running.size < AT_ONCE && queue.length > 0) {
        const tag = queue.shift() ?? ''
        running.set(tag, this.#row(place, tag, refusals))
      }
      const row = await Promise.race(running.values())
      running.delete(row.tag)
      yield row
    }
  }

  async #row(place: Place, tag: string, refusals: AppError[]): Promise<TagRow> {
    const signal = AbortSignal.any([place.signal, AbortSignal.timeout(this.#rowMs)])
    try {
      const [refusal] = refusals
      if (refusal !== undefined && (refusals.length >= MOST_FAILURES || isEnough(refusal))) throw refusal
      return { tag, ...(await this.#facts({ ...place, signal }, tag)) }
    } catch (thrown) {
      place.signal.throwIfAborted()
      const error = toAppError(thrown)
      // What is wrong with one image says nothing of the others.
      if (error.code !== 'NotFound' && error.code !== 'DataLoss') refusals.push(error)
      return { tag, ...UNREAD, problem: error.message }
    }
  }

  async #facts(place: Place, tag: string): Promise<Facts & { problem: string }> {
    const told = await digestBehind(place, tag)
    const kept = told === null ? undefined : this.#kept.get(keyOf(place, told))
    if (kept !== undefined) return { ...kept, problem: '' }
    if (place.http.host === HUB_HOST) return { ...UNREAD, digest: told, problem: HUB_COUNTS }
    const fetched = await fetchManifest(place, told ?? tag)
    if (fetched === null) throw new AppError('NotFound', 'The registry does not have it any more.')
    const facts = await this.#read(place, fetched)
    this.#keep(keyOf(place, fetched.digest), facts)
    return { ...facts, problem: '' }
  }

  async #read(place: Place, fetched: Fetched): Promise<Facts> {
    const { digest, manifest } = fetched
    if (!manifest.manifests) {
      const { platform, size, created } = await readImage(place, fetched, null)
      return { digest, platforms: platform === '' ? [] : [platform], platform, size, created }
    }
    const images = manifest.manifests.filter((child) => !isAttestation(child))
    const platforms = images.slice(0, MOST_PLATFORMS).map((child) => platformOf(child.platform))
    const fitting = (platform: string): boolean =>
      platform === this.#mine || platform.startsWith(`${this.#mine}/`)
    const mine = images[images.length === 1 ? 0 : platforms.findIndex(fitting)]
    const child = mine === undefined ? null : await fetchManifest(place, mine.digest)
    if (mine === undefined || child === null)
      return { digest, platforms, platform: '', size: null, created: null }
    const { platform, size, created } = await readImage(place, child, mine)
    return { digest, platforms, platform, size, created }
  }

  #keep(key: string, facts: Facts): void {
    this.#kept.set(key, facts)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest)
  }
}

const UNREAD = { digest: null, platforms: [], platform: '', size: null, created: null }

const keyOf = ({ http, repository }: Place, digest: string): string => `${http.host}/${repository}@${digest}`

/** A registry that wants to be left alone, or wants another login, says the same of every line. */
const isEnough = ({ code, details }: AppError): boolean =>
  code === 'Unauthorized' || code === 'Forbidden' || details?.['kind'] === TOO_OFTEN

/** As the registry tells it, without the image; null when it does not. */
async function digestBehind({ http, repository, signal }: Place, tag: string): Promise<string | null> {
  const path = `/v2/${repository}/manifests/${tag}`
  const scope = pullScope(repository)
  const reply = await http.request({ method: 'HEAD', path, accept: MANIFESTS, scope, signal })
  if (reply.status === 405 || reply.status === 501) return null
  if (reply.status !== 200) throw contentError(http.host, `${repository}:${tag}`, reply)
  const told = String(reply.headers['docker-content-digest'] ?? '')
  return isDigest(told) ? told : null
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' }

/** The platform of images that this machine's engine runs. */
function machinePlatform(): string {
  return `linux/${ARCHITECTURES[process.arch] ?? process.arch}`
}
