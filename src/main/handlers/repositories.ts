/** What is in a registry, for the page. Thin: the work is in registries/; here names are checked and errors learn what was attempted. */
import { parseReference } from '@shared/docker/reference'
import { AppError, attempted } from '@shared/errors'
import type { Handlers } from '../ipc/handler'
import { repositoriesOf, tagsOf } from '../registries/content-names'
import { isDigest, type Place } from '../registries/manifest'
import { HUB_HOST } from '../registries/registry-key'
import { readTag } from '../registries/tag-content'
import { deleteTag, planDeletion } from '../registries/tag-deletion'
import { TagRows } from '../registries/tag-rows'
import type { TaskRegistry } from '../tasks/registry'
import type { OpenRegistry } from './open-registry'
import { repositoryCopyHandlers } from './repository-copy'

export function repositoriesHandlers(open: OpenRegistry, tasks: TaskRegistry) {
  const rows = new TagRows()
  async function placeOf(host: string, repository: string, signal: AbortSignal): Promise<Place> {
    const { http } = await open(host, signal)
    return { http, repository: checked(host, repository), signal }
  }
  return {
    ...repositoryCopyHandlers({ tasks, placeOf, checkedReference }),
    async list({ host }, { signal }) {
      return await told(`Could not list the repositories of ${host}`, async () =>
        repositoriesOf((await open(host, signal)).http, signal)
      )
    },
    async tags({ host, repository }, { signal }) {
      return await told(`Could not list the tags of ${repository}`, async () => {
        const place = await placeOf(host, repository, signal)
        return await tagsOf(place.http, place.repository, signal)
      })
    },
    async *tagRows({ host, repository, tags }, { signal }) {
      const place = await told(`Could not look at the tags of ${repository}`, () =>
        placeOf(host, repository, signal)
      )
      yield* rows.read(
        place,
        tags.map((tag) => checkedReference(host, repository, tag))
      )
    },
    async read({ host, repository, reference }, { signal }) {
      return await told(`Could not read ${repository}`, async () =>
        readTag(await placeOf(host, repository, signal), checkedReference(host, repository, reference))
      )
    },
    async deletion({ host, repository, reference }, { signal }) {
      return await told(`Could not look at ${repository}:${reference}`, async () =>
        planDeletion(await placeOf(host, repository, signal), checkedReference(host, repository, reference))
      )
    },
    async deleteTag({ host, repository, reference, digest }, { signal }) {
      return await told(`Could not delete ${repository}:${reference}`, async () => {
        const place = await placeOf(host, repository, signal)
        return await deleteTag(place, checkedReference(host, repository, reference), digest)
      })
    }
  } satisfies Handlers['repositories']
}

async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw attempted(what, error)
  }
}

/** Goes into a path: nothing but a repository's name may. */
function checked(host: string, repository: string): string {
  const parsed = parseReference(`${host}/${repository}`)
  const { reference } = parsed.ok ? parsed : { reference: null }
  const bare = reference !== null && reference.tag === null && reference.digest === null
  // Docker Hub's own images are below library/ there.
  if (bare && host === HUB_HOST) return reference.path
  if (bare && reference.domain === host && reference.path === repository) return repository
  throw new AppError('InvalidParameter', 'That is not the name of a repository.', {
    hint: 'Write it as in an image’s name, without the tag: team/app.'
  })
}

function checkedReference(host: string, repository: string, reference: string): string {
  if (isDigest(reference) || parseReference(`${host}/${repository}:${reference}`).ok) return reference
  throw new AppError('InvalidParameter', 'That is neither a tag nor a digest.', {
    hint: 'Choose one of the list.'
  })
}
