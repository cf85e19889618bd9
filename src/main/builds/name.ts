/** What a build is called where there is room for a few words: its first tag, else its context. Pure. */
import type { BuildInput } from '@shared/contract/builds'
import { oneLine } from '@shared/docker/text'

export function buildName({ tags, context, target }: BuildInput): string {
  const [tag] = tags
  if (tag !== undefined) return tag
  const last =
    context
      .replace(/#.*$/, '')
      .split(/[\\/]/)
      .findLast((part) => part !== '') ?? context
  const name = oneLine(last, 100)
  return target === '' ? name : `${name} (${oneLine(target, 60)})`
}
