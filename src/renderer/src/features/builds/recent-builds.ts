/** The inputs of the last builds, kept on this machine to fill in the form again. Values of secrets are not among them. */
import type { BuildInput } from '@shared/contract/builds'
import { emptyBuild } from '@shared/builds/empty-build'

const STORAGE_KEY = 'quayside.builds'
const MOST = 12

/** Newest first; anything that is not as expected is left out. */
export function recentBuilds(storage: Pick<Storage, 'getItem'> = localStorage): readonly BuildInput[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(STORAGE_KEY) ?? '[]')
    return Array.isArray(stored) ? stored.flatMap((one) => checkedInput(one) ?? []) : []
  } catch {
    return []
  }
}

export function keepBuild(
  input: BuildInput,
  storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage
): void {
  const others = recentBuilds(storage).filter((one) => recentLabel(one) !== recentLabel(input))
  const kept = [input, ...others].slice(0, MOST)
  storage.setItem(STORAGE_KEY, JSON.stringify(kept))
}

export function recentLabel({ tags, context, target, dockerfile }: BuildInput): string {
  const details = [dockerfile, target === '' ? '' : `target ${target}`].filter((part) => part !== '')
  const name = tags[0] ?? 'no tag'
  return `${name} – ${context}${details.length === 0 ? '' : ` (${details.join(', ')})`}`
}

/** Written by an earlier version, or by somebody else: every field must be of the kind that the form has. */
export function checkedInput(value: unknown): BuildInput | null {
  if (typeof value !== 'object' || value === null) return null
  const given = value as Record<string, unknown>
  const first = emptyBuild()
  const fits = Object.entries(first).every(([field, usual]) => {
    const one = given[field]
    if (Array.isArray(usual)) return Array.isArray(one) && one.every((line) => typeof line === 'string')
    return field === 'dockerfileText' ? one === null || typeof one === 'string' : typeof one === typeof usual
  })
  if (!fits) return null
  return Object.fromEntries(Object.keys(first).map((field) => [field, given[field]])) as BuildInput
}
