/** The lines in which two texts differ. Bounded: what is large or has nothing in common is not compared line by line. */
import { structuredPatch } from 'diff'
import type { TextDiff } from '@shared/contract/image-files'
import { MAX_DIFF_BYTES } from './diff-limit'

const CONTEXT_LINES = 3
const MAX_EDITS = 20_000
const TIMEOUT_MS = 3000

export function textDiff(before: Uint8Array, after: Uint8Array): TextDiff {
  if (Buffer.compare(before, after) === 0) return { kind: 'same', hunks: [] }
  if (isBinary(before) || isBinary(after)) return { kind: 'binary', hunks: [] }
  if (before.length > MAX_DIFF_BYTES || after.length > MAX_DIFF_BYTES) return { kind: 'too-large', hunks: [] }
  const patch = structuredPatch('before', 'after', textOf(before), textOf(after), '', '', {
    context: CONTEXT_LINES,
    maxEditLength: MAX_EDITS,
    timeout: TIMEOUT_MS
  })
  if (patch === undefined) return { kind: 'too-large', hunks: [] }
  const hunks = patch.hunks.map(({ oldStart, newStart, lines }) => ({ oldStart, newStart, lines }))
  return { kind: 'text', hunks }
}

/** As git decides it: a NUL among the first bytes. */
function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0)
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
