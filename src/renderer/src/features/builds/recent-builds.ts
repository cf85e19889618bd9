/** The inputs of the last builds, kept on this machine to fill in the form again. What may be a secret is not among them. */
import type { BuildInput } from '@shared/contract/builds'
import { checkedInput, withoutSecrets } from './kept-input'

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
  const harmless = withoutSecrets(input)
  const others = recentBuilds(storage).filter((one) => recentLabel(one) !== recentLabel(harmless))
  const kept = [harmless, ...others].slice(0, MOST)
  storage.setItem(STORAGE_KEY, JSON.stringify(kept))
}

export function recentLabel({ tags, context, target, dockerfile }: BuildInput): string {
  const details = [dockerfile, target === '' ? '' : `target ${target}`].filter((part) => part !== '')
  const name = tags[0] ?? 'no tag'
  return `${name} – ${context}${details.length === 0 ? '' : ` (${details.join(', ')})`}`
}
