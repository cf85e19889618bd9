/** Removing images, one with its failure in place and many with a result each; archives in and out. */
import { shallowReactive } from 'vue'
import { api } from '@/api'
import { useAction, type Action } from '@/composables/use-action'
import { useBulk, type Bulk } from '@/composables/use-bulk'
import { toAppError } from '@shared/errors'
import { referenceOf, type ImageRow } from './image-model'
import type { ImageTarget } from './removal'

export interface ImageActions {
  /** By image id: what is being done with it. */
  readonly pending: ReadonlyMap<string, string>
  readonly bulk: Bulk
  readonly removeOne: Action<[ImageTarget], void>
  readonly load: Action<[], unknown>
  readonly save: Action<[readonly ImageRow[]], unknown>
  readonly remove: (targets: readonly ImageTarget[]) => Promise<void>
}

export function useImageActions(): ImageActions {
  const pending = shallowReactive(new Map<string, string>())
  const bulk = useBulk()

  async function removeImage({ id, tags, force }: ImageTarget): Promise<void> {
    pending.set(id, 'Removing')
    try {
      await api.images.remove({ id, ...(tags === undefined ? {} : { tags }), ...(force ? { force } : {}) })
    } finally {
      pending.delete(id)
    }
  }

  /** One that is gone already is what was asked for. */
  async function removeUnlessGone(target: ImageTarget): Promise<void> {
    try {
      await removeImage(target)
    } catch (thrown) {
      if (toAppError(thrown).code !== 'NotFound') throw thrown
    }
  }

  const removeOne = useAction(removeImage)
  const load = useAction(() => api.images.load())
  const save = useAction((rows: readonly ImageRow[]) =>
    api.images.save({ names: [...new Set(rows.map(referenceOf))] })
  )

  async function remove(targets: readonly ImageTarget[]): Promise<void> {
    const [first] = targets
    if (targets.length === 1 && first !== undefined) await removeOne.run(first)
    else await bulk.run({ verb: 'Remove', done: 'Removed', noun: 'image' }, targets, removeUnlessGone)
  }

  return { pending, bulk, removeOne, load, save, remove }
}
