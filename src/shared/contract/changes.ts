/** The schema of a watched collection's items; see shared/patch.ts for the rules. */
import { z } from 'zod'

export function changeOf<T extends z.ZodType>(item: T) {
  return z.discriminatedUnion('type', [
    z.object({ type: z.literal('snapshot'), items: z.array(item).readonly() }),
    z.object({
      type: z.literal('patch'),
      upserts: z.array(item).readonly(),
      removes: z.array(z.string()).readonly()
    })
  ])
}
