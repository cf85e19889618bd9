/**
 * What a copy of an image takes: its manifests, the blobs they name, and what the registry has about them. Everything is read from the
 * source by digest and checked before anything is written anywhere. Pure but for reading; called by image-copy.ts.
 */
import { AppError } from '@shared/errors'
import {
  digestOf,
  fetchManifest,
  fetchReferrers,
  OCI_INDEX,
  OCI_MANIFEST,
  type Descriptor,
  type Fetched,
  type Manifest,
  type Place
} from '../manifest'
import { isAttestation } from '../tag-content'

/** A manifest or an index, as its registry has it. */
export interface Piece {
  readonly digest: string
  readonly mediaType: string
  readonly bytes: Buffer
}

export interface BlobPiece {
  readonly digest: string
  readonly size: number
}

/** Something about an image, and how it is found from there. */
export type About =
  | { readonly kind: 'referrer'; readonly subject: string; readonly descriptor: Descriptor }
  | { readonly kind: 'tag'; readonly tag: string; readonly piece: Piece }

export interface CopyPlan {
  /** What the tag is to lead to. */
  readonly root: Piece
  /** Whether that is what the source has, to the last byte. */
  readonly sameDigest: boolean
  /** What has to be there before the root is, in this order. */
  readonly before: readonly Piece[]
  readonly blobs: readonly BlobPiece[]
  readonly about: readonly About[]
}

export interface Choice {
  /** The images of an index that are wanted; empty: all. */
  readonly digests: readonly string[]
  /** Signatures, SBOMs and attestations beside the image as well. */
  readonly about: boolean
}

const MOST_MANIFESTS = 300
const MOST_BYTES = 64 * 1024 * 1024
const MOST_ABOUT = 100
const DEEPEST = 4
/** How many images of an index are asked about at the same time. */
const AT_ONCE = 4
const COSIGN = ['sig', 'att', 'sbom']

export async function planCopy(place: Place, reference: string, choice: Choice): Promise<CopyPlan> {
  const { root, sameDigest } = await planRoot(place, reference, choice.digests)
  const gathering = new Gathering(place)
  await gathering.add(root)
  const own = [...gathering.pieces]
  const about = choice.about ? await gathering.about(own) : []
  const rootPiece = pieceOf(root)
  return {
    root: rootPiece,
    sameDigest,
    before: gathering.pieces.filter(({ digest }) => digest !== rootPiece.digest),
    blobs: [...gathering.blobs].map(([digest, size]) => ({ digest, size })),
    about
  }
}

/** What the tag is to lead to, and whether that is what the source has. */
export async function planRoot(place: Place, reference: string, digests: readonly string[]) {
  const whole = await existing(place, reference, `${place.repository} has no ${reference}`)
  const root = await chosen(place, whole, digests)
  return { root, sameDigest: root.digest === whole.digest }
}

async function existing(place: Place, reference: string, otherwise: string): Promise<Fetched> {
  const fetched = await fetchManifest(place, reference)
  if (fetched !== null) return fetched
  throw new AppError('NotFound', `${place.http.host}/${otherwise}.`, {
    hint: 'It may have been deleted meanwhile: look at the tags again.'
  })
}

/** One platform is its own image; several are an index of those, with what BuildKit says of them. */
async function chosen(place: Place, whole: Fetched, digests: readonly string[]): Promise<Fetched> {
  const children = whole.manifest.manifests
  if (digests.length === 0 || !children) return whole
  const images = children.filter((child) => !isAttestation(child))
  const wanted = images.filter(({ digest }) => digests.includes(digest))
  if (wanted.length === images.length) return whole
  const [only, ...more] = wanted
  if (only === undefined) {
    throw new AppError('NotFound', 'The image has none of the platforms that were chosen.', {
      hint: 'It may have been replaced meanwhile: look at it again.'
    })
  }
  if (more.length === 0)
    return await existing(place, only.digest, `${place.repository} has no ${only.digest}`)
  const kept = new Set(wanted.map(({ digest }) => digest))
  const stays = (child: Descriptor): boolean =>
    kept.has(isAttestation(child) ? (child.annotations['vnd.docker.reference.digest'] ?? '') : child.digest)
  return indexOf(whole, stays)
}

/** The same index with fewer entries; every other field stays as it was written. */
function indexOf(whole: Fetched, stays: (child: Descriptor) => boolean): Fetched {
  const raw = JSON.parse(whole.bytes.toString('utf8')) as { manifests: unknown[] }
  const manifests = whole.manifest.manifests ?? []
  const keeps = manifests.map(stays)
  const written = { ...raw, manifests: raw.manifests.filter((_one, index) => keeps[index]) }
  const bytes = Buffer.from(JSON.stringify(written))
  const manifest = { ...whole.manifest, manifests: manifests.filter((_one, index) => keeps[index]) }
  const { mediaType } = whole
  return { mediaType, manifest, bytes, size: bytes.length, digest: digestOf(whole.digest, bytes) }
}

function pieceOf({ digest, mediaType, manifest, bytes }: Fetched): Piece {
  return { digest, mediaType: mediaType || (manifest.manifests ? OCI_INDEX : OCI_MANIFEST), bytes }
}

/** Manifests and blobs, each once, in an order in which they can be written. */
class Gathering {
  readonly #place: Place
  readonly #seen = new Set<string>()
  readonly pieces: Piece[] = []
  readonly blobs = new Map<string, number>()
  #bytes = 0

  constructor(place: Place) {
    this.#place = place
  }

  async add(fetched: Fetched, depth = 0): Promise<void> {
    if (this.#seen.has(fetched.digest)) return
    this.#seen.add(fetched.digest)
    this.#bytes += fetched.size
    if (depth > DEEPEST || this.#seen.size > MOST_MANIFESTS || this.#bytes > MOST_BYTES) {
      throw new AppError('System', 'The image has more parts than any image needs.', {
        hint: 'Choose single platforms of it.',
        retryable: false
      })
    }
    for (const { digest } of fetched.manifest.manifests ?? []) {
      if (this.#seen.has(digest)) continue
      const { repository } = this.#place
      await this.add(await existing(this.#place, digest, `${repository} has no ${digest}`), depth + 1)
    }
    for (const { digest, size } of blobsOf(fetched.manifest)) this.blobs.set(digest, size)
    this.pieces.push(pieceOf(fetched))
  }

  /** Adds what the registry has about these; answers how it is found. */
  async about(subjects: readonly Piece[]): Promise<About[]> {
    const found: About[] = []
    // A few at a time, so that what is kept stays below what an image may have.
    for (let start = 0; start < subjects.length; start += AT_ONCE) {
      const some = subjects.slice(start, start + AT_ONCE)
      const told = await Promise.all(some.map(async ({ digest }) => await lookUp(this.#place, digest)))
      for (const one of told) await this.#addAbout(one, found)
    }
    return found
  }

  async #addAbout({ subject, listed, beside }: ToldAbout, found: About[]): Promise<void> {
    for (const descriptor of listed.slice(0, MOST_ABOUT - found.length)) {
      await this.add(await existing(this.#place, descriptor.digest, `no ${descriptor.digest}`))
      found.push({ kind: 'referrer', subject, descriptor })
    }
    for (const [tag, fetched] of [...beside].slice(0, MOST_ABOUT - found.length)) {
      await this.add(fetched)
      found.push({ kind: 'tag', tag, piece: pieceOf(fetched) })
    }
  }
}

interface ToldAbout {
  readonly subject: string
  /** What refers to it. */
  readonly listed: readonly Descriptor[]
  /** By tag. */
  readonly beside: ReadonlyMap<string, Fetched>
}

/** Up to five requests for each manifest of an image. */
async function lookUp(place: Place, subject: string): Promise<ToldAbout> {
  const stem = subject.replace(':', '-')
  const told = await fetchReferrers(place, subject)
  const listed = told ?? (await fetchManifest(place, stem))?.manifest.manifests ?? []
  const beside = new Map<string, Fetched>()
  for (const suffix of COSIGN) {
    const fetched = await fetchManifest(place, `${stem}.${suffix}`)
    if (fetched !== null) beside.set(`${stem}.${suffix}`, fetched)
  }
  return { subject, listed, beside }
}

/** What is not in a registry at all is not copied: layers that say themselves where they are. */
function blobsOf({ config, layers }: Manifest): Descriptor[] {
  const all = [...(config ? [config] : []), ...(layers ?? [])]
  return all.filter(({ mediaType }) => !/foreign|nondistributable/.test(mediaType))
}
