/** What removing images takes away: names alone or the image with them, and what the engine would refuse. Pure. */
import type { ImageRemovalPreview } from '@shared/contract/images'
import { removeImageCommand } from '@shared/docker/command'
import { shortId } from '@shared/docker/container'

export interface ImageTarget {
  readonly id: string
  readonly name: string
  /** Only these names go; left out when the image does. */
  readonly tags?: string[]
  readonly force: boolean
}

/** What keeps an image: images built on it, containers that run, or containers that do not, which force overrules. */
export type Hold = 'children' | 'running' | 'stopped'

/** One image of the question, with the names of it that go. */
export interface RemovalLine {
  readonly preview: ImageRemovalPreview
  readonly tags: readonly string[]
  /** The image keeps other names: nothing but names goes. */
  readonly untag: boolean
  readonly hold: Hold | null
}

/** The name an image goes by in the dialog: its first tag or its short id. */
export function previewName(preview: ImageRemovalPreview): string {
  return preview.tags[0] ?? shortId(preview.Id)
}

/**
 * The lines of the question. `asked` are the names that are to go, null for all of them; names that went meanwhile are left
 * out, and so is an image that has got a name since it was asked about without one.
 */
export function removalLines(
  previews: readonly ImageRemovalPreview[],
  asked: ReadonlySet<string> | null
): readonly RemovalLine[] {
  return previews.flatMap((preview): RemovalLine[] => {
    const tags = asked === null ? preview.tags : preview.tags.filter((tag) => asked.has(tag))
    if (tags.length === 0 && preview.tags.length > 0) return []
    const untag = tags.length < preview.tags.length
    return [{ preview, tags, untag, hold: untag ? null : holdOf(preview) }]
  })
}

function holdOf({ children, usedBy }: ImageRemovalPreview): Hold | null {
  if (children.length > 0) return 'children'
  if (usedBy.some((user) => user.running)) return 'running'
  return usedBy.length > 0 ? 'stopped' : null
}

/** The lines that go when it is confirmed. */
export function going(lines: readonly RemovalLine[], force: boolean): readonly RemovalLine[] {
  return lines.filter(({ hold }) => hold === null || (force && hold === 'stopped'))
}

/** What to ask the engine for. */
export function imageTargets(lines: readonly RemovalLine[], force: boolean): readonly ImageTarget[] {
  return going(lines, force).map(({ preview, tags, untag, hold }) => ({
    id: preview.Id,
    name: tags[0] ?? previewName(preview),
    ...(untag || tags.length > 0 ? { tags: [...tags] } : {}),
    force: hold === 'stopped'
  }))
}

/** The same by the docker CLI, every tag by its name; empty when nothing can go. */
export function imageRemovalCommand(lines: readonly RemovalLine[], force: boolean): string {
  const chosen = going(lines, force)
  const names = chosen.flatMap(({ preview, tags }) => (tags.length === 0 ? [shortId(preview.Id)] : tags))
  const flag = chosen.some(({ hold }) => hold === 'stopped') ? ['--force'] : []
  return names.length === 0 ? '' : removeImageCommand([...flag, ...names])
}

/** Why some of the images stay, one sentence each. */
export function holdSentences(lines: readonly RemovalLine[], force: boolean): readonly string[] {
  const count = (hold: Hold): number => lines.filter((line) => line.hold === hold).length
  const says = (hold: Hold, one: string, many: string): string[] => {
    const found = count(hold)
    if (found === 0 || (hold === 'stopped' && force)) return []
    if (lines.length === 1) return [`It stays: ${one}.`]
    return [found === 1 ? `One of them stays: ${one}.` : `${found} of them stay: ${many}.`]
  }
  return [
    ...says('running', 'a running container uses it', 'running containers use them'),
    ...says('stopped', 'a stopped container uses it', 'stopped containers use them'),
    ...says('children', 'other images are built on it', 'other images are built on them')
  ]
}
