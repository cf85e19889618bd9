/**
 * An image from one registry to another, without the engine: blobs first, several at once, then manifests, the tag last, so that a copy
 * that breaks off leaves nothing that could be pulled by halves. What is there already is left alone: trying again goes on
 * (docs/decisions/0593).
 */
import type { Transfer } from '@shared/contract/tasks'
import { toAppError } from '@shared/errors'
import { advance, NO_TRANSFER, transferOf } from '../../docker/transfer-progress'
import { notAsTold } from '../content-errors'
import { digestOf, fetchManifest, OCI_INDEX, type Descriptor, type Place } from '../manifest'
import { copyBlob, type BlobNews } from './blob-copy'
import { planCopy, type About, type BlobPiece, type Choice, type CopyPlan } from './plan'
import { digestAt, pushScope, putManifest, tagTaken } from './push'

export interface CopyJob {
  readonly from: Place
  readonly reference: string
  readonly to: Place
  readonly tag: string
  readonly choice: Choice
  /** Moves the tag where it leads to another image. */
  readonly replace: boolean
}

export interface Copied {
  readonly digest: string
  readonly sameDigest: boolean
  /** Signatures, SBOMs and attestations that went along. */
  readonly about: number
}

export type Tell = (message: string, transfer: Transfer) => void

const AT_ONCE = 3
/** How often the bytes of a blob are told. */
const TELL_MS = 100

export async function copyImage(job: CopyJob, tell: Tell): Promise<Copied> {
  const { from, to, tag } = job
  const plan = await planCopy(from, job.reference, job.choice)
  const scope = pushScope(from, to)
  if (!job.replace) await assertFree(job, plan, scope)
  await copyBlobs(job, plan.blobs, tell)
  const unnoted = new Set<string>()
  for (const piece of plan.before) {
    const noted = await putManifest(to, piece.digest, piece, scope)
    if (!noted) unnoted.add(piece.digest)
  }
  await putManifest(to, tag, plan.root, scope)
  await assertThere(job, plan, scope)
  await writeAbout(job, plan.about, unnoted)
  return { digest: plan.root.digest, sameDigest: plan.sameDigest, about: plan.about.length }
}

async function assertFree({ to, tag }: CopyJob, { root }: CopyPlan, scope: string): Promise<void> {
  const there = await digestAt(to, tag, scope)
  if (there !== null && there !== root.digest) throw tagTaken(to, tag, there)
}

/** A few at a time; the first that fails ends the others. */
async function copyBlobs({ from, to }: CopyJob, blobs: readonly BlobPiece[], tell: Tell): Promise<void> {
  const progress = new Progress(blobs, tell)
  const stop = new AbortController()
  const signal = AbortSignal.any([to.signal, stop.signal])
  const queue = [...blobs]
  const worker = async (): Promise<void> => {
    for (let blob = queue.shift(); blob !== undefined; blob = queue.shift()) {
      const { digest, size } = blob
      await copyBlob({ ...from, signal }, { ...to, signal }, blob, (news) =>
        progress.note(digest, size, news)
      )
    }
  }
  let first: unknown = null
  const watched = async (): Promise<void> => {
    try {
      await worker()
    } catch (error) {
      first ??= error
      stop.abort()
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, blobs.length) }, watched))
  to.signal.throwIfAborted()
  if (first !== null) throw toAppError(first)
}

class Progress {
  #state = NO_TRANSFER
  readonly #tell: Tell
  readonly #told = new Map<string, number>()

  constructor(blobs: readonly BlobPiece[], tell: Tell) {
    this.#tell = tell
    for (const { digest } of blobs) this.#line(digest, 'Waiting')
  }

  note(digest: string, size: number, news: BlobNews): void {
    if (news.kind !== 'moving') return this.#line(digest, WORDS[news.kind])
    const now = Date.now()
    if (news.bytes < size && now - (this.#told.get(digest) ?? 0) < TELL_MS) return
    this.#told.set(digest, now)
    this.#line(digest, 'Pushing', { current: news.bytes, total: size })
  }

  #line(digest: string, status: string, progressDetail?: { current: number; total: number }): void {
    const id = digest.replace(/^sha\d+:/, '').slice(0, 12)
    this.#state = advance(this.#state, { id, status, progressDetail }, Date.now())
    const transfer = transferOf(this.#state)
    const done = transfer.layers.filter(({ state }) => !UNDONE.has(state)).length
    this.#tell(`${done} of ${transfer.layers.length} parts`, transfer)
  }
}

const UNDONE: ReadonlySet<string> = new Set(['Waiting', 'Pushing', 'Retrying'])
/** In the engine's words for a push. */
const WORDS = {
  there: 'Layer already exists',
  mounted: 'Mounted from',
  copied: 'Pushed',
  again: 'Retrying in'
} as const

/** What a tag leads to is said by the registry, not by us. */
async function assertThere({ to, tag }: CopyJob, { root }: CopyPlan, scope: string): Promise<void> {
  const there = await digestAt(to, tag, scope)
  if (there !== '' && there !== root.digest) throw notAsTold(to.http.host, `${to.repository}:${tag}`)
}

/** Tags beside the image; and for a registry that keeps no list of referrers, the index that stands for it. */
async function writeAbout(
  { from, to }: CopyJob,
  about: readonly About[],
  unnoted: ReadonlySet<string>
): Promise<void> {
  const scope = pushScope(from, to)
  const subjects = new Map<string, Descriptor[]>()
  for (const one of about) {
    if (one.kind === 'tag') await putManifest(to, one.tag, one.piece, scope)
    else if (unnoted.has(one.descriptor.digest))
      subjects.set(one.subject, [...(subjects.get(one.subject) ?? []), one.descriptor])
  }
  for (const [subject, descriptors] of subjects) await mergeIndex(to, subject, descriptors, scope)
}

async function mergeIndex(
  to: Place,
  subject: string,
  descriptors: readonly Descriptor[],
  scope: string
): Promise<void> {
  const tag = subject.replace(':', '-')
  const there = (await fetchManifest(to, tag))?.manifest.manifests ?? []
  const known = new Set(descriptors.map(({ digest }) => digest))
  const manifests = [...there.filter(({ digest }) => !known.has(digest)), ...descriptors].map(written)
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }))
  await putManifest(to, tag, { digest: digestOf('', bytes), mediaType: OCI_INDEX, bytes }, scope)
}

/** Without what it does not say. */
function written({ platform, artifactType, annotations, ...descriptor }: Descriptor) {
  return {
    ...descriptor,
    ...(artifactType === '' ? {} : { artifactType }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(platform === null ? {} : { platform })
  }
}
