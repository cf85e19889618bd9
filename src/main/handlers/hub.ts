/** Docker Hub's own pages. Thin: names are checked, errors learn what was attempted. */
import { parseReference } from '@shared/docker/reference'
import { AppError, attempted } from '@shared/errors'
import type { Handlers } from '../ipc/handler'
import type { HubApi } from '../registries/hub-api'
import { HUB_HOST } from '../registries/registry-key'

export function hubHandlers(api: HubApi) {
  return {
    async search({ text, page }, { signal }) {
      return await told('Could not search Docker Hub', api.search(text.trim(), page, signal))
    },
    async repository({ repository }, { signal }) {
      return await told(`Could not read ${repository}`, api.repository(checked(repository), signal))
    },
    async tags({ repository, text, page }, { signal }) {
      const tags = api.tags(checked(repository), text.trim(), page, signal)
      return await told(`Could not list the tags of ${repository}`, tags)
    }
  } satisfies Handlers['hub']
}

async function told<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw attempted(what, error)
  }
}

/** Goes into a path: nothing but a repository's name may. */
function checked(repository: string): string {
  const parsed = parseReference(`${HUB_HOST}/${repository}`)
  if (parsed.ok && parsed.reference.tag === null && parsed.reference.digest === null)
    return parsed.reference.path
  throw new AppError('InvalidParameter', 'That is not the name of a repository.', {
    hint: 'Write it as in an image’s name, without the tag: team/app.'
  })
}
