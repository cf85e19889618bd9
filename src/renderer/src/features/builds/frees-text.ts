/** How many bytes go, in words: exact where the engine tells it, and else from what to what. Pure. */
import type { FreedBytes } from '@shared/disk/freed'
import { humanSize } from '@shared/docker/size'

export function freesText({ atLeast, atMost, exact }: FreedBytes): string {
  if (exact) return humanSize(atLeast, 3)
  return `at least ${humanSize(atLeast, 3)}${atMost > atLeast ? `, at most ${humanSize(atMost, 3)}` : ''}`
}
