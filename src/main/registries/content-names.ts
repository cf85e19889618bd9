/** The repositories of a registry and the tags of a repository, page by page, with the login that is stored. */
import { z } from 'zod'
import type { Names } from '@shared/contract/repositories'
import { parseReference } from '@shared/docker/reference'
import { contentError, notARegistry } from './content-errors'
import type { RegistryHttp } from './registry-http'

const PAGE_SIZE = 1000
const MOST_PAGES = 20
const MOST_NAMES = 20_000

const Catalog = z.object({ repositories: z.array(z.unknown()).nullish() })
const Tags = z.object({ tags: z.array(z.unknown()).nullish() })

interface List {
  readonly path: string
  readonly what: string
  readonly scope: string
  readonly pick: (body: unknown) => unknown[] | null | undefined
  readonly valid: (name: string) => boolean
}

export async function repositoriesOf(http: RegistryHttp, signal: AbortSignal): Promise<Names> {
  const list: List = {
    path: '/v2/_catalog',
    what: 'list of repositories',
    scope: 'registry:catalog:*',
    pick: (body) => Catalog.parse(body).repositories,
    valid: (name) => parseReference(`${http.host}/${name}`).ok
  }
  return await read(http, list, signal)
}

export async function tagsOf(http: RegistryHttp, repository: string, signal: AbortSignal): Promise<Names> {
  const list: List = {
    path: `/v2/${repository}/tags/list`,
    what: `repository ${repository}`,
    scope: pullScope(repository),
    pick: (body) => Tags.parse(body).tags,
    valid: (tag) => parseReference(`${http.host}/${repository}:${tag}`).ok
  }
  return await read(http, list, signal)
}

export const pullScope = (repository: string): string => `repository:${repository}:pull`

async function read(http: RegistryHttp, list: List, signal: AbortSignal): Promise<Names> {
  const names = new Set<string>()
  const asked = new Set<string>()
  let next: string | null = `${list.path}?n=${PAGE_SIZE}`
  while (next !== null && asked.size < MOST_PAGES && names.size < MOST_NAMES && !asked.has(next)) {
    asked.add(next)
    const reply = await http.request({ path: next, scope: list.scope, signal })
    if (reply.status !== 200) throw contentError(http.host, list.what, reply)
    for (const name of picked(http.host, list, reply.body)) {
      if (typeof name === 'string' && names.size < MOST_NAMES && list.valid(name)) names.add(name)
    }
    next = nextPage(http.host, list.path, String(reply.headers['link'] ?? ''))
  }
  return { names: [...names], cut: next !== null }
}

function picked(host: string, { pick }: List, body: Buffer): unknown[] {
  try {
    return pick(JSON.parse(body.toString('utf8'))) ?? []
  } catch {
    throw notARegistry(host)
  }
}

/** Where the list goes on: only within the same list of the same registry. */
function nextPage(host: string, path: string, link: string): string | null {
  const target = /<([^>]{1,2000})>\s*;\s*rel="?next"?/i.exec(link)?.[1]
  const base = `https://${host}${path}`
  if (target === undefined || !URL.canParse(target, base)) return null
  const url = new URL(target, base)
  return url.pathname === path ? `${path}${url.search}` : null
}
