/** What the page says of a registry, in words. */
import type { StateTone } from '@/components/state-tone'
import type { KnownRegistry, RegistryOrigin, RegistryTest } from '@shared/contract/registries'
import type { TagContent, TagRow } from '@shared/contract/repositories'
import { humanDuration } from '@shared/docker/duration'

const ORIGINS: Readonly<Record<RegistryOrigin, string>> = {
  hub: 'every engine',
  config: 'config.json',
  helper: 'credential helper',
  app: 'kept by Quayside',
  mirror: 'mirror of the engine',
  insecure: 'insecure for the engine',
  image: 'images here',
  added: 'added here'
}

export const originsText = (origins: readonly RegistryOrigin[]): string =>
  origins.map((origin) => ORIGINS[origin]).join(', ')

export interface Word {
  readonly tone: StateTone
  readonly word: string
  readonly title: string
}

export function loginWord({ login, username, through, problem, hint }: KnownRegistry): Word {
  if (login === 'in') {
    const word = username === '' ? 'Logged in with a token' : `Logged in as ${username}`
    return { tone: 'ok', word, title: `Kept in ${through}` }
  }
  if (login === 'out')
    return { tone: 'neutral', word: 'Not logged in', title: `Nothing is kept for it in ${through}` }
  return { tone: 'warn', word: 'Not known', title: `${problem} ${hint}`.trim() }
}

export function connectionWord(test: RegistryTest | undefined): Word {
  if (test === undefined) return { tone: 'neutral', word: 'Not tested', title: 'Nothing was asked of it yet' }
  const failed = test.steps.find(({ state }) => state === 'failed')
  if (failed === undefined) return { tone: 'ok', word: 'Reachable', title: '' }
  if (test.reachable) return { tone: 'warn', word: `Reachable: ${failed.text}`, title: failed.hint }
  return { tone: 'danger', word: `Not reachable: ${failed.text}`, title: failed.hint }
}

/** The platforms of a tag's image in a word; `sizeOf`: which one its size is of, where there are several. */
export function platformsWord({ platforms, platform }: TagRow): { word: string | null; sizeOf: string } {
  if (platforms.length <= 1) return { word: platforms[0] || null, sizeOf: '' }
  return { word: `${platforms.length} platforms`, sizeOf: platform === '' ? '' : `For ${platform}` }
}

/** What is left of what a registry allows: "97 of 100, for each 6 hours"; null where it does not tell. */
export function limitWord(limits: TagContent['limits']): string | null {
  const told = (name: string): string | null => limits.find((one) => one.name === name)?.value ?? null
  const remaining = told('ratelimit-remaining')
  if (remaining === null) return null
  const [left = '', window = ''] = remaining.split(';w=')
  const [all = ''] = (told('ratelimit-limit') ?? '').split(';')
  const seconds = Number(window)
  const each = window !== '' && Number.isFinite(seconds) ? `, for each ${humanDuration(seconds * 1000)}` : ''
  return `${left}${all === '' ? '' : ` of ${all}`}${each}`
}

/** What a copy of some platforms of an image comes to; null when none is chosen. */
export function copyWords(chosen: readonly string[], all: number): string | null {
  if (all === 0) return 'The copy has the same digest.'
  const [only] = chosen
  if (only === undefined) return null
  if (chosen.length === all) return 'All platforms: the copy has the same digest.'
  if (chosen.length === 1) return `The tag leads to the image of ${only} itself, with that one’s digest.`
  return 'Some platforms are a new index with another digest; each image in it keeps its own.'
}

/** Why most of the lines that were not read were not, said once for all of them; null when all were. */
export function unreadWord(rows: readonly TagRow[]): string | null {
  const counts = new Map<string, number>()
  for (const { problem } of rows) {
    if (problem !== '') counts.set(problem, (counts.get(problem) ?? 0) + 1)
  }
  const [most] = [...counts].sort(([, one], [, other]) => other - one)
  return most === undefined ? null : `Not read (${most[1]}): ${most[0]}`
}

/** The page of a registry, a repository of it, or a tag (or digest) of that. */
export function registryPath(host: string, repository?: string, reference?: string): string {
  const base = `/registries/${encodeURIComponent(host)}`
  if (repository === undefined) return base
  const within = `${base}/${encodeURIComponent(repository)}`
  return reference === undefined ? within : `${within}/${encodeURIComponent(reference)}`
}

/** Whether one of the words typed into a search box is in it, in any order and case. */
export function matches(text: string, search: string): boolean {
  const low = text.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => low.includes(word))
}

/** An image as it is pulled: `registry.example/team/app:1`, or `…@sha256:…`; Docker Hub's own are not named after it. */
export function imageName(host: string, repository: string, reference: string): string {
  const place = host === 'docker.io' ? repository.replace(/^library\//, '') : `${host}/${repository}`
  return `${place}${reference.includes(':') ? '@' : ':'}${reference}`
}
