/** How `docker system df` writes what could be freed. */
import type { DiskUsageRow } from '@shared/contract/system'
import { humanSize } from '@shared/docker/size'

/** `1.2GB (45%)`: whole percent, left out when nothing is stored and for the build cache, as the CLI does. */
export function reclaimable(row: Pick<DiskUsageRow, 'kind' | 'sizeBytes' | 'reclaimableBytes'>): string {
  const size = humanSize(row.reclaimableBytes)
  if (row.sizeBytes <= 0 || row.kind === 'Build Cache') return size
  return `${size} (${Math.floor((row.reclaimableBytes * 100) / row.sizeBytes)}%)`
}
