/** Numbers of Docker Hub's pages in words. */
import { humanSize } from '@shared/docker/size'
import type { HubTag } from '@shared/contract/hub'

/** `1.2M`: how often something was pulled matters by its order. */
export const compact = (count: number): string =>
  new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(count)

export const dateOf = (iso: string | null): string =>
  iso === null ? '–' : new Date(iso).toLocaleDateString()

/** `45 MB`, or `40 MB – 70 MB` where platforms differ. */
export function sizesOf({ images }: HubTag): string {
  const sizes = images.map(({ size }) => size).filter((size) => size > 0)
  if (sizes.length === 0) return '–'
  const [least, most] = [humanSize(Math.min(...sizes), 3), humanSize(Math.max(...sizes), 3)]
  return least === most ? least : `${least} – ${most}`
}

export function platformsOf({ images }: HubTag): string {
  const platforms = images.map(({ platform }) => platform).filter((platform) => platform !== '')
  return platforms.length === 0 ? '–' : platforms.join(', ')
}
