/**
 * Docker Hub's public API, which tells more than a registry can: descriptions, pulls, stars, the sizes of all tags. Asked without a
 * login, by this app itself and not by the engine. What comes is bounded, and text is made safe to show.
 */
import { z } from 'zod'
import type { HubFound, HubRepository, HubSearch, HubTag, HubTags } from '@shared/contract/hub'
import { oneLine, plainText } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { retryAfter } from './content-errors'
import type { HubAddress } from './hub-address'
import { exchange, type Reply } from './http-exchange'
import { registryConnectionError } from './registry-errors'
import { trustFor } from './registry-trust'

const HUB_PAGE = 25
const MAX_BYTES = 4 * 1024 * 1024
const DEADLINE_MS = 20_000
const MOST_OVERVIEW = 60_000
const MOST_IMAGES = 60

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const count = z
  .number()
  .nullish()
  .transform((value) => Math.max(0, value ?? 0))
const date = z
  .string()
  .nullish()
  .transform((value) => {
    const time = Date.parse(value ?? '')
    return Number.isNaN(time) ? null : new Date(time).toISOString()
  })
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true)
const list = <S extends z.ZodType>(row: S) =>
  z
    .object({ count, next: text, results: z.array(row.nullable().catch(null)).nullish() })
    .transform((page) => ({
      total: page.count,
      more: page.next !== '',
      // A row that is none costs only itself.
      rows: (page.results ?? []).filter((one): one is NonNullable<typeof one> => one !== null)
    }))

const Found = list(
  z.object({
    repo_name: z.string().max(255),
    short_description: text,
    star_count: count,
    pull_count: count,
    is_official: flag
  })
)
const Repository = z.object({
  description: text,
  full_description: text,
  star_count: count,
  pull_count: count,
  last_updated: date,
  date_registered: date,
  categories: z
    .array(z.object({ name: text }))
    .nullish()
    .catch(null)
})
const Tags = list(
  z.object({
    name: z.string().max(128),
    digest: text,
    last_updated: date,
    full_size: count,
    images: z
      .array(z.object({ os: text, architecture: text, variant: text, size: count, digest: text }))
      .nullish()
      .catch(null)
  })
)

/** `nginx` is `library/nginx` there. */
const wholeName = (repository: string): string =>
  repository.includes('/') ? repository : `library/${repository}`
const isOfficial = (repository: string): boolean => repository.startsWith('library/')

export class HubApi {
  readonly #address: HubAddress

  constructor(address: HubAddress) {
    this.#address = address
  }

  async search(words: string, page: number, signal: AbortSignal): Promise<HubSearch> {
    const query = { query: words, page: String(page), page_size: String(HUB_PAGE) }
    const { total, more, rows } = await this.#read(Found, ['/v2/search/repositories/', query], 'that', signal)
    const found = rows.map((row): HubFound => {
      const repository = wholeName(oneLine(row.repo_name, 255))
      return {
        ...{ repository, description: oneLine(row.short_description, 300), stars: row.star_count },
        ...{ pulls: row.pull_count, official: row.is_official || isOfficial(repository) }
      }
    })
    return { total, more, found }
  }

  async repository(name: string, signal: AbortSignal): Promise<HubRepository> {
    const repository = wholeName(name)
    const row = await this.#read(Repository, [`${pathOf(repository)}/`, {}], repository, signal)
    const overview = plainText(row.full_description)
    return {
      ...{ repository, description: oneLine(row.description, 500), official: isOfficial(repository) },
      ...{ overview: overview.slice(0, MOST_OVERVIEW), overviewCut: overview.length > MOST_OVERVIEW },
      ...{ stars: row.star_count, pulls: row.pull_count },
      ...{ updated: row.last_updated, registered: row.date_registered },
      categories: (row.categories ?? []).map((category) => oneLine(category.name, 60)).slice(0, 20)
    }
  }

  async tags(name: string, part: string, page: number, signal: AbortSignal): Promise<HubTags> {
    const repository = wholeName(name)
    const query = {
      ...{ page: String(page), page_size: String(HUB_PAGE), ordering: 'last_updated' },
      ...(part === '' ? {} : { name: part })
    }
    const { total, more, rows } = await this.#read(
      Tags,
      [`${pathOf(repository)}/tags/`, query],
      `tags of ${repository}`,
      signal
    )
    return { total, more, tags: rows.map(tagOf) }
  }

  async #read<S extends z.ZodType>(
    shape: S,
    [path, query]: readonly [path: string, query: Readonly<Record<string, string>>],
    what: string,
    signal: AbortSignal
  ): Promise<z.output<S>> {
    const url = new URL(path, this.#address.hub)
    url.search = new URLSearchParams(query).toString()
    const limited = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)])
    const reply = await exchange({
      ...{ method: 'GET', url, headers: { accept: 'application/json' }, signal: limited },
      ...{ verify: true, maxBytes: MAX_BYTES, trust: trustFor(url.host, []) }
    }).catch((error: unknown) => {
      throw registryConnectionError(HUB, limited.aborted ? limited.reason : error) as Error
    })
    if (reply.status !== 200) throw refusal(reply, what, Date.now())
    try {
      return shape.parse(JSON.parse(reply.body.toString('utf8')))
    } catch {
      throw new AppError('System', `${HUB} did not answer as its API does.`, { hint: 'Try again later.' })
    }
  }
}

const HUB = 'Docker Hub'
const pathOf = (repository: string): string =>
  `/v2/repositories/${repository.split('/').map(encodeURIComponent).join('/')}`

function tagOf(row: z.output<typeof Tags>['rows'][number]): HubTag {
  const images = (row.images ?? [])
    // What BuildKit adds of a build is listed as an image of an unknown platform.
    .filter(({ os, architecture }) => os !== 'unknown' && architecture !== 'unknown')
    .slice(0, MOST_IMAGES)
    .map(({ os, architecture, variant, size }) => ({
      platform: oneLine([os, architecture, variant].filter((word) => word !== '').join('/'), 100),
      size
    }))
  const only = { platform: '', size: row.full_size }
  return {
    ...{ name: oneLine(row.name, 128), digest: oneLine(row.digest, 100), updated: row.last_updated },
    images: images.length === 0 && row.full_size > 0 ? [only] : images
  }
}

/** @param now for the time it names in `X-Retry-After`, which is a moment and not a while. */
function refusal({ status, headers }: Reply, what: string, now: number): AppError {
  if (status === 404 || status === 403 || status === 401) {
    return new AppError('NotFound', `${HUB} shows no ${what} to everybody.`, {
      hint: 'Check the name. A private one is read by the registry, with your login.'
    })
  }
  if (status === 429) {
    const moment = new Date(Number(headers['x-retry-after']) * 1000).toUTCString()
    const after = retryAfter(headers['retry-after'] ?? moment, now)
    return new AppError('Unavailable', `${HUB} was asked too often.`, {
      hint: after === null ? 'Wait a minute and try again.' : `Try again in ${after}.`
    })
  }
  return new AppError('Unavailable', `${HUB} answered with HTTP ${status}.`, { hint: 'Try again later.' })
}
