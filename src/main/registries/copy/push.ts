/** Writing to a registry: its scope, its refusals, and manifests. */
import { AppError } from '@shared/errors'
import { contentError, notAsTold } from '../content-errors'
import { pullScope } from '../content-names'
import type { Reply } from '../http-exchange'
import type { Place } from '../manifest'
import type { Piece } from './plan'

/** Within one registry a blob of another repository may be mounted, for which that has to be read. */
export function pushScope(from: Place, to: Place): string {
  const own = `repository:${to.repository}:pull,push`
  const mounts = from.http.host === to.http.host && from.repository !== to.repository
  return mounts ? `${own} ${pullScope(from.repository)}` : own
}

export function pushError(host: string, what: string, reply: Reply): AppError {
  const { status } = reply
  const error = contentError(host, what, reply)
  const hint = error.hint ?? ''
  if (status === 401 || status === 403) {
    return new AppError(error.code, `${host} does not let you write ${what}.`, {
      hint,
      details: { loginTo: host }
    })
  }
  if (status === 405 || status === 501) {
    return new AppError('NotImplemented', `${host} takes no images.`, {
      hint: `${hint} A mirror of another registry is written to there.`.trim()
    })
  }
  if (status === 413) return new AppError('System', `${host} takes nothing as large as ${what}.`, { hint })
  if (status >= 500 || status === 429) return error
  return new AppError('System', `${host} does not take ${what} (HTTP ${status}).`, { hint })
}

/** Writes a manifest under a tag or its digest; answers whether the registry noted what it refers to. */
export async function putManifest(
  { http, repository, signal }: Place,
  reference: string,
  { digest, mediaType, bytes }: Piece,
  scope: string
): Promise<boolean> {
  const what = `${repository}${reference.includes(':') ? '@' : ':'}${reference}`
  const path = `/v2/${repository}/manifests/${reference}`
  const reply = await http.request({ method: 'PUT', path, body: { type: mediaType, bytes }, scope, signal })
  if (reply.status !== 201 && reply.status !== 200) throw pushError(http.host, what, reply)
  const told = reply.headers['docker-content-digest']
  if (told !== undefined && told !== digest) throw notAsTold(http.host, what)
  return reply.headers['oci-subject'] !== undefined
}
