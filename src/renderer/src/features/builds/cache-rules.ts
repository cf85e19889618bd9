/** Which build cache a rule removes, and what that frees. The list is exact: it is carried out by ids. Pure; no Vue. */
import type { BuildCacheReport } from '@shared/contract/build-cache'
import type { DiskCacheRecord, DiskReport } from '@shared/contract/disk'
import { recordBytes, removal, type Removal } from '@shared/disk/freed'
import { diskKey, type DiskKey } from '@shared/disk/keys'

export type CacheRule =
  | { readonly kind: 'all' }
  /** Not used for at least so long. */
  | { readonly kind: 'unused'; readonly milliseconds: number }
  /** The least recently used go until at most so much is left. */
  | { readonly kind: 'keep'; readonly bytes: number }

/** The build cache as a report of the disk that has nothing else, for what is reckoned there. */
export function asDiskReport({ at, store, records }: BuildCacheReport): DiskReport {
  return { at, store, totals: [], images: [], layers: [], containers: [], volumes: [], cache: records }
}

export const cacheKey = ({ id }: Pick<DiskCacheRecord, 'id'>): DiskKey => diskKey('cache', id)

/** Seconds since the epoch; one that was never used was at least made. */
export const lastTouched = ({ lastUsed, created }: DiskCacheRecord): number => Math.max(lastUsed, created)

/** What all of it holds beside layers of images. */
export function heldByCache({ store, records }: BuildCacheReport): number {
  return records.reduce((sum, record) => sum + recordBytes(store, record).atMost, 0)
}

/** The records a rule asks for; what of them can go is {@link cacheRemoval}'s to say. */
export function chosenBy(report: BuildCacheReport, rule: CacheRule, now: number): ReadonlySet<DiskKey> {
  const keys = (records: readonly DiskCacheRecord[]): ReadonlySet<DiskKey> => new Set(records.map(cacheKey))
  if (rule.kind === 'all') return keys(report.records)
  if (rule.kind === 'unused') {
    return keys(report.records.filter((record) => now - lastTouched(record) * 1000 >= rule.milliseconds))
  }
  const oldest = [...report.records].sort((a, b) => lastTouched(a) - lastTouched(b) || (a.id < b.id ? -1 : 1))
  const held = heldByCache(report)
  const enough = (count: number): boolean =>
    held - cacheRemoval(report, keys(oldest.slice(0, count))).atMost <= rule.bytes
  // More of them never free less, so the least number that frees enough is found by halving.
  let [low, high] = [0, oldest.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (enough(middle)) high = middle
    else low = middle + 1
  }
  return keys(oldest.slice(0, low))
}

export function cacheRemoval(report: BuildCacheReport, chosen: ReadonlySet<DiskKey>): Removal {
  return removal(asDiskReport(report), chosen)
}
