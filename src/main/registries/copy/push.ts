/** Writing to a registry: its scope, its refusals, and manifests. */
import { AppError } from '@shared/errors'
import { contentError, notAsTold } from '../content-errors'
import { pullScope } from '../content-names'
import type { Reply } from '../http-exchange'
import { MANIFESTS, type Place } from '../manifest'
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

/**
 * The digest that a tag leads to, empty when that is not said; null when nothing is there for this login. Of a registry that cannot
 * tell it is not taken for granted that the tag is free.
 */
export async function digestAt(
  { http, repository, signal }: Place,
  tag: string,
  scope: string
): Promise<string | null> {
  const path = `/v2/${repository}/manifests/${tag}`
  const reply = await http.request({ method: 'HEAD', path, accept: MANIFESTS, scope, signal })
  if (reply.status === 200) return String(reply.headers['docker-content-digest'] ?? '')
  // Who may not look may not write either, or is asked to log in by then.
  if ([401, 403, 404].includes(reply.status)) return null
  throw contentError(http.host, `${repository}:${tag}`, reply)
}

/** A tag that leads to something else is not moved without being asked. */
export function tagTaken({ http, repository }: Place, tag: string, digest: string): AppError {
  return new AppError('Conflict', `${http.host}/${repository}:${tag} leads to another image already.`, {
    hint: `It is ${digest === '' ? 'not said which one' : digest}. The tag can be moved to this one; the image stays without it.`,
    details: { kind: 'tag-taken' }
  })
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
