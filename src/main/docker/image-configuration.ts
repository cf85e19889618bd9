/**
 * An image's configuration as far as the Engine API tells it: what inspect has, and its history. It opens
 * an image whose layers are all known without asking for its archive. Pure; used by image-files.ts.
 */
import { z } from 'zod'
import { ImageConfig, type HistoryEntry } from '@shared/docker/image-config'

const Inspect = z.object({
  Architecture: z.string().default(''),
  Os: z.string().default(''),
  Variant: z.string().nullish(),
  Author: z.string().nullish(),
  Created: z.string().nullish(),
  Config: z.unknown(),
  RootFS: z.object({ Layers: z.array(z.string()).nullish() }).nullish()
})

const History = z.array(
  z.object({
    /** Seconds since the epoch. */
    Created: z.number(),
    CreatedBy: z.string().nullish(),
    Comment: z.string().nullish(),
    Size: z.number()
  })
)
type Told = z.output<typeof History>[number]

/** Instructions that make a layer even when nothing is in it. */
const MAKES_LAYER =
  /^(?:RUN |COPY |ADD |WORKDIR |\/bin\/sh -c (?!#\(nop\))|\/bin\/sh -c #\(nop\) (?:COPY|ADD|WORKDIR) )/

/**
 * Out of the replies of `/images/ID/json` and `/images/ID/history`; null where they do not tell for certain which entry of the
 * history made which layer.
 */
export function configurationFrom(inspected: unknown, told: unknown): ImageConfig | null {
  const image = Inspect.safeParse(inspected)
  const entries = History.safeParse(told)
  if (!image.success || !entries.success) return null
  const { Architecture, Os, Variant, Author, Created, Config, RootFS } = image.data
  const layers = RootFS?.Layers ?? []
  const history = historyOf(entries.data.reverse(), layers.length)
  if (history === null) return null
  const parsed = ImageConfig.safeParse({
    architecture: Architecture,
    os: Os,
    variant: Variant,
    author: Author,
    created: Created,
    config: Config,
    rootfs: { diff_ids: layers },
    history
  })
  return parsed.success ? parsed.data : null
}

/** Oldest first. The API tells sizes, not which entries made a layer: one of no bytes may have made an empty one. */
export function historyOf(entries: readonly Told[], layers: number): HistoryEntry[] | null {
  const sized = entries.map(({ Size }) => Size > 0)
  const made = entries.map(({ CreatedBy }, at) => sized[at] === true || MAKES_LAYER.test(CreatedBy ?? ''))
  const right = [sized, made].find((marks) => marks.filter(Boolean).length === layers)
  if (right === undefined) return null
  return entries.map(({ Created, CreatedBy, Comment }, at) => ({
    created: Created > 0 ? new Date(Created * 1000).toISOString() : '',
    created_by: CreatedBy ?? '',
    author: '',
    comment: Comment ?? '',
    empty_layer: right[at] !== true
  }))
}
