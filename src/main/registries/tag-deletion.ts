/**
 * Deleting a tag. Registries of the newer specification delete the tag alone; older ones know only images, so every tag of the same
 * image goes with it: that is looked up before, and the image deleted is the one that was shown (docs/decisions/0572).
 */
import type { Deletion } from '@shared/contract/repositories'
import { AppError } from '@shared/errors'
import { inParallel } from '../docker/parallel'
import { contentError } from './content-errors'
import { pullScope, tagsOf } from './content-names'
import { fetchManifest, MANIFESTS, type Place } from './manifest'

const MOST_LOOKED_AT = 200

export async function planDeletion(place: Place, tag: string): Promise<Deletion> {
  const { http, repository, signal } = place
  const digest = await digestBehind(place, tag)
  const tags = (await tagsOf(http, repository, signal)).names.filter((name) => name !== tag)
  const looked = tags.slice(0, MOST_LOOKED_AT)
  const digests = await inParallel(looked, async (name) => {
    const reply = await http.request({
      ...{ method: 'HEAD', path: `/v2/${repository}/manifests/${name}`, accept: MANIFESTS, signal },
      scope: pullScope(repository)
    })
    return String(reply.headers['docker-content-digest'] ?? '')
  })
  return {
    digest,
    others: looked.filter((_name, index) => digests[index] === digest),
    unchecked: tags.length - looked.length
  }
}

const deleteScope = (repository: string): string => `repository:${repository}:delete,pull`

async function digestBehind(place: Place, tag: string): Promise<string> {
  const found = await fetchManifest(place, tag)
  if (found !== null) return found.digest
  throw new AppError('NotFound', `${place.http.host} has no ${tag} in ${place.repository}.`, {
    hint: 'It may have been deleted meanwhile: look at the tags again.'
  })
}

/** @param digest what the tag led to when the deletion was agreed to. */
export async function deleteTag(
  place: Place,
  tag: string,
  digest: string
): Promise<{ deleted: 'tag' | 'image' }> {
  const { http, repository, signal } = place
  if ((await digestBehind(place, tag)) !== digest) {
    throw new AppError('Conflict', `${tag} leads to another image by now.`, {
      hint: 'Look at it again, then delete it.'
    })
  }
  const scope = deleteScope(repository)
  const ask = { method: 'DELETE' as const, scope, signal }
  const byTag = await http.request({ ...ask, path: `/v2/${repository}/manifests/${tag}` })
  if (isDone(byTag.status)) return { deleted: 'tag' }
  // What a registry answers that deletes nothing by a tag.
  if (![400, 404, 405, 415].includes(byTag.status))
    throw contentError(http.host, `${repository}:${tag}`, byTag)
  const whole = await http.request({ ...ask, path: `/v2/${repository}/manifests/${digest}` })
  if (isDone(whole.status)) return { deleted: 'image' }
  if (whole.status === 405) {
    throw new AppError('NotImplemented', `${http.host} does not allow that anything is deleted.`, {
      hint: 'Whoever runs the registry can allow it (storage.delete.enabled for Docker’s own).'
    })
  }
  throw contentError(http.host, `${repository}:${tag}`, whole)
}

const isDone = (status: number): boolean => status === 202 || status === 200 || status === 204
