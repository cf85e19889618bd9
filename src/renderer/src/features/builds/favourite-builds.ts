/** Inputs of builds under names of the user's own, kept on this machine. What may be a secret is not among them. */
import type { BuildInput } from '@shared/contract/builds'
import { checkedInput, withoutSecrets } from './kept-input'

const STORAGE_KEY = 'quayside.builds.favourites'
const MOST = 100
const LONGEST_NAME = 100

export interface FavouriteBuild {
  readonly name: string
  readonly input: BuildInput
}

type Store = Pick<Storage, 'getItem' | 'setItem'>

/** By name; anything that is not as expected is left out. */
export function favouriteBuilds(storage: Pick<Storage, 'getItem'> = localStorage): readonly FavouriteBuild[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(STORAGE_KEY) ?? '[]')
    return Array.isArray(stored) ? stored.flatMap((one) => checked(one) ?? []) : []
  } catch {
    return []
  }
}

/** Keeps it under this name, in place of one that has it. */
export function keepFavourite(name: string, input: BuildInput, storage: Store = localStorage): void {
  const others = favouriteBuilds(storage).filter((one) => one.name !== name)
  write([...others, { name, input: withoutSecrets(input) }], storage)
}

export function renameFavourite(from: string, to: string, storage: Store = localStorage): void {
  const all = favouriteBuilds(storage).map((one) => (one.name === from ? { ...one, name: to } : one))
  write(all, storage)
}

export function removeFavourite(name: string, storage: Store = localStorage): void {
  write(
    favouriteBuilds(storage).filter((one) => one.name !== name),
    storage
  )
}

/** What is wrong with a name; null when it can be had. `own` is the name it has now. */
export function nameProblem(
  name: string,
  taken: readonly FavouriteBuild[],
  own: string | null
): string | null {
  const wanted = name.trim()
  if (wanted === '') return 'Give it a name.'
  if (wanted.length > LONGEST_NAME) return `At most ${LONGEST_NAME} characters.`
  if (wanted !== own && taken.some((one) => one.name === wanted))
    return 'There is a favourite with this name.'
  return taken.length >= MOST && own === null
    ? `There are ${MOST} favourites already; remove one first.`
    : null
}

function write(all: readonly FavouriteBuild[], storage: Store): void {
  const sorted = [...all].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))
  storage.setItem(STORAGE_KEY, JSON.stringify(sorted.slice(0, MOST)))
}

function checked(value: unknown): FavouriteBuild | null {
  if (typeof value !== 'object' || value === null) return null
  const { name, input } = value as Record<string, unknown>
  const build = checkedInput(input)
  return typeof name !== 'string' || name === '' || build === null ? null : { name, input: build }
}
