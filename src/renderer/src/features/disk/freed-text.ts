/** How many bytes go, in words: exact where the engine tells it, and else from what to what. Pure. */
import { humanSize } from '@shared/docker/size'
import type { FreedBytes } from '@shared/disk/freed'

/** `4.19MB`, `at least 0B`, `at least 1.2MB, at most 4.19MB`. */
export function freedText({ atLeast, atMost, exact }: FreedBytes): string {
  if (exact) return humanSize(atLeast)
  return `at least ${humanSize(atLeast)}${atMost > atLeast ? `, at most ${humanSize(atMost)}` : ''}`
}
