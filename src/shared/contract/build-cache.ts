/** The engine's build cache, read by itself: without measuring the rest of the disk. It is removed as any list of the disk is (disk.reclaim). */
import { z } from 'zod'
import { DiskCacheRecord } from './disk'
import { call } from './dsl'

export const BuildCacheReport = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  store: z.enum(['classic', 'containerd']),
  records: z.array(DiskCacheRecord)
})
export type BuildCacheReport = z.output<typeof BuildCacheReport>

export const buildCache = {
  read: call({ result: BuildCacheReport })
}
