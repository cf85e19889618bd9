/** What removing images takes away, and which of them the engine would refuse to remove. Pure. */
import type { ImageRemovalPreview } from '@shared/contract/images'
import { removeImageCommand } from '@shared/docker/command'
import { shortId } from '@shared/docker/container'

export interface ImageTarget {
  readonly id: string
  readonly name: string
}

/** The name an image goes by in the dialog: its first tag or its short id. */
export function previewName(preview: ImageRemovalPreview): string {
  return preview.tags[0] ?? shortId(preview.Id)
}

/** The images nothing depends on: only those are asked to go. */
export function removable(previews: readonly ImageRemovalPreview[]): readonly ImageRemovalPreview[] {
  return previews.filter((preview) => preview.usedBy.length === 0)
}

/** What to ask the engine for. */
export function imageTargets(previews: readonly ImageRemovalPreview[]): readonly ImageTarget[] {
  return removable(previews).map((preview) => ({ id: preview.Id, name: previewName(preview) }))
}

/** The same by the docker CLI, every tag by its name; empty when nothing can go. */
export function imageRemovalCommand(previews: readonly ImageRemovalPreview[]): string {
  const names = removable(previews).flatMap(({ Id, tags }) => (tags.length === 0 ? [shortId(Id)] : tags))
  return names.length === 0 ? '' : removeImageCommand(names)
}
