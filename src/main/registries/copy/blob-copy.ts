/** One blob from a registry to another, streamed: not when it is there already, and without its bytes within one registry. */
import { setTimeout as sleep } from 'node:timers/promises'
import { toAppError } from '@shared/errors'
import { contentError, notAsTold, TOO_OFTEN } from '../content-errors'
import { pullScope } from '../content-names'
import type { StreamedReply } from '../http-exchange'
import type { Place } from '../manifest'
import { registryConnectionError } from '../registry-errors'
import { CheckedStream } from './checked-stream'
import type { BlobPiece } from './plan'
import { pushError, pushScope } from './push'

export type BlobNews =
  | { readonly kind: 'moving'; readonly bytes: number }
  | { readonly kind: 'again' }
  | { readonly kind: 'there' | 'mounted' | 'copied' }

const WAITS_MS = [1000, 4000]

/** Tries again when a connection breaks; what a registry refuses is refused. */
export async function copyBlob(
  from: Place,
  to: Place,
  blob: BlobPiece,
  tell: (news: BlobNews) => void
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return tell({ kind: await once(from, to, blob, tell) })
    } catch (thrown) {
      to.signal.throwIfAborted()
      const error = toAppError(thrown)
      const wait = WAITS_MS[attempt]
      if (wait === undefined || !error.retryable || error.details?.['kind'] === TOO_OFTEN) throw error
      tell({ kind: 'again' })
      await sleep(wait, undefined, { signal: to.signal })
    }
  }
}

async function once(
  from: Place,
  to: Place,
  blob: BlobPiece,
  tell: (news: BlobNews) => void
): Promise<'there' | 'mounted' | 'copied'> {
  const { http, repository, signal } = to
  const what = `${repository}@${blob.digest}`
  const scope = pushScope(from, to)
  const path = `/v2/${repository}/blobs/${blob.digest}`
  if ((await http.request({ method: 'HEAD', path, scope, signal })).status === 200) return 'there'
  const begun = await http.request({ method: 'POST', path: uploadPath(from, to, blob), scope, signal })
  if (begun.status === 201) return 'mounted'
  const location = begun.headers.location
  if (begun.status !== 202 || location === undefined) throw pushError(http.host, what, begun)
  const source = await openBlob(from, blob)
  const moved = (bytes: number): void => tell({ kind: 'moving', bytes })
  const checked = new CheckedStream(blob, () => notAsTold(from.http.host, what), moved)
  const broken = new Promise<never>((_resolve, reject) => {
    source.on('error', (error) => {
      const told = registryConnectionError(from.http.host, signal.aborted ? signal.reason : error) as Error
      checked.destroy(told)
      reject(told)
    })
    checked.on('error', reject)
  })
  source.pipe(checked)
  try {
    const sending = http.upload({
      location,
      digest: blob.digest,
      source: checked,
      size: blob.size,
      scope,
      signal
    })
    // What is wrong with the source is told, not that the other side was then left alone.
    const reply = await Promise.race([sending, broken])
    if (reply.status !== 201 && reply.status !== 204) throw pushError(http.host, what, reply)
    return 'copied'
  } finally {
    source.destroy()
    checked.destroy()
  }
}

function uploadPath(from: Place, to: Place, { digest }: BlobPiece): string {
  const start = `/v2/${to.repository}/blobs/uploads/`
  if (from.http.host !== to.http.host || from.repository === to.repository) return start
  return `${start}?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from.repository)}`
}

async function openBlob(
  { http, repository, signal }: Place,
  { digest, size }: BlobPiece
): Promise<NonNullable<StreamedReply['stream']>> {
  const what = `${repository}@${digest}`
  const path = `/v2/${repository}/blobs/${digest}`
  const reply = await http.open({
    ...{ path, accept: '*/*', elsewhere: true, scope: pullScope(repository), signal }
  })
  if (reply.stream === null) throw contentError(http.host, what, reply)
  const told = reply.headers['content-length']
  if (told === undefined || Number(told) === size) return reply.stream
  reply.stream.destroy()
  throw notAsTold(http.host, what)
}
