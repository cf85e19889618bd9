/**
 * The history of an image beside its layers: entries that made a layer get one, in order. A history that does not fit its
 * layers (some tools write none, or too few entries) is completed, never trusted over the layers. Pure.
 */
import { instructionOf } from '@shared/docker/dockerfile'
import type { HistoryEntry } from '@shared/docker/image-config'
import { plainText } from '@shared/docker/text'

export interface Step {
  readonly instruction: string
  readonly createdBy: string
  readonly comment: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number | null
  /** Which layer it made; null for a step that only changed the configuration. */
  readonly content: number | null
}

const MAX_TEXT = 100_000

/** `names` are the variables and labels the image has: they tell where a value in a history ends. */
export function stepsOf(
  history: readonly HistoryEntry[],
  layers: number,
  names: ReadonlySet<string> = new Set()
): Step[] {
  const known = (name: string): boolean => names.has(name)
  const makers = history.filter(({ empty_layer }) => !empty_layer).length
  // More entries claim a layer than there are: those at the end are taken for empty.
  let left = Math.min(makers, layers)
  let next = 0
  const steps = history.map((entry) => {
    const makes = !entry.empty_layer && left > 0
    if (makes) left -= 1
    return stepOf(entry, makes ? next++ : null, known)
  })
  while (next < layers) steps.push({ ...stepOf(undefined, next++, known) })
  return steps
}

function stepOf(
  entry: HistoryEntry | undefined,
  content: number | null,
  known: (name: string) => boolean
): Step {
  const created = Date.parse(entry?.created ?? '')
  return {
    instruction: entry === undefined ? '' : instructionOf(entry, known),
    createdBy: plainText(entry?.created_by ?? '').slice(0, MAX_TEXT),
    comment: plainText(entry?.comment ?? '').slice(0, MAX_TEXT),
    createdAt: Number.isNaN(created) || created <= 0 ? null : created,
    content
  }
}
