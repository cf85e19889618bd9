/**
 * A search while a name is typed: what to ask for a text, and all the answers as they come. Registries are asked for
 * their lists and the text is compared here, so that what is typed goes to none but Docker Hub.
 */
import type { FoundImage, SearchSource } from '@shared/contract/registries'
import { parseReference } from '@shared/docker/reference'
import { toAppError } from '@shared/errors'
import { listRepositories, listTags, type Listing } from './registry-client'

/** As many a registry as a list under a field can show. */
const MOST = 50
const MOST_HOSTS = 8

/** One place to ask. */
export interface Quest {
  readonly name: string
  readonly ask: (signal: AbortSignal) => Promise<{ found: readonly FoundImage[]; cut: boolean }>
}

export interface SearchPlaces {
  /** The registries that are asked for a name without a host. */
  readonly configured: readonly string[]
  /** Those that are asked when a name begins with them; `configured` are as well. */
  readonly seen: readonly string[]
  readonly hub: (term: string, signal: AbortSignal) => Promise<readonly FoundImage[]>
}

/** Whom to ask about `text`. Nobody, while it is too short or names a registry that is not known here. */
export function planSearch(text: string, places: SearchPlaces): Quest[] {
  const typed = text.trim()
  const slash = typed.indexOf('/')
  const first = slash < 0 ? '' : typed.slice(0, slash)
  const hosts = [...new Set([...places.configured, ...places.seen])]
  if (hosts.includes(first)) return inRegistry(first, typed.slice(slash + 1))
  const namesHost = /[.:]/.test(first) || first === 'localhost'
  if (typed.length < 2 || namesHost || /[\s:@]/.test(typed)) return []
  const hub: Quest = {
    name: 'Docker Hub',
    ask: async (signal) => ({ found: await places.hub(typed, signal), cut: false })
  }
  return [hub, ...places.configured.slice(0, MOST_HOSTS).map((host) => registryQuest(host, typed))]
}

/** The repositories that fit, or the tags of a repository that can be one. */
function inRegistry(host: string, rest: string): Quest[] {
  const colon = rest.indexOf(':')
  if (colon < 0) return [registryQuest(host, rest)]
  return parseReference(`${host}/${rest.slice(0, colon)}`).ok ? [registryQuest(host, rest)] : []
}

function registryQuest(host: string, rest: string): Quest {
  const colon = rest.indexOf(':')
  return {
    name: host,
    async ask(signal) {
      if (colon < 0) return pick(await listRepositories(host, signal), rest, (name) => `${host}/${name}`)
      const repository = rest.slice(0, colon)
      const listing = await listTags(host, repository, signal)
      return pick(listing, rest.slice(colon + 1), (tag) => `${host}/${repository}:${tag}`)
    }
  }
}

function pick({ names, cut }: Listing, part: string, whole: (name: string) => string) {
  const fitting = names.filter((name) => name.includes(part))
  const found = fitting
    .slice(0, MOST)
    .map((name) => ({ name: whole(name), description: '', official: false, stars: 0 }))
  return { found, cut: cut || fitting.length > MOST }
}

/** Asks all of them at the same time; yields the whole state at first and after every answer. A failure is part of it. */
export async function* runSearch(
  quests: readonly Quest[],
  signal: AbortSignal
): AsyncGenerator<SearchSource[], void, undefined> {
  const state = quests.map(({ name }) => source(name, 'searching'))
  const waiting = new Map(quests.map((quest, index) => [index, answer(quest, index, signal)]))
  yield [...state]
  while (waiting.size > 0) {
    const { index, result } = await Promise.race(waiting.values())
    if (signal.aborted) return
    waiting.delete(index)
    state[index] = result
    yield [...state]
  }
}

async function answer({ name, ask }: Quest, index: number, signal: AbortSignal) {
  try {
    const { found, cut } = await ask(signal)
    return { index, result: source(name, 'done', { found: [...found], cut }) }
  } catch (thrown) {
    const { message, hint } = toAppError(thrown)
    return { index, result: source(name, 'failed', { problem: message, hint: hint ?? '' }) }
  }
}

function source(name: string, state: SearchSource['state'], rest: Partial<SearchSource> = {}): SearchSource {
  return { name, state, found: [], cut: false, problem: '', hint: '', ...rest }
}
