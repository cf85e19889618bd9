/** The steps of two builds side by side: which are the same, what became of their cache marks and times, which one only has. Pure. */
import type { BuildStep } from '@shared/contract/builds'
import { tenths } from '../build-rows'

export interface StepPair {
  readonly key: string
  readonly text: string
  readonly before: BuildStep | null
  readonly after: BuildStep | null
  /** In words; empty when nothing is different but the time. */
  readonly change: string
  /** What the later took more; null when one of them has no time. */
  readonly differenceMs: number | null
}

/** `[stage 2/7] RUN x` without its numbers, which every step after a new one has others of. */
const withoutNumbers = (text: string): string => text.replace(/^\[(.*?)\s*\d+\/\d+\]/, '[$1]')

/** Ways to find a step in the other build, the surest first: its content, its words, its words without numbers. */
const SAME = [
  ({ id, platform }: BuildStep) => `${id} ${platform}`,
  ({ text, platform }: BuildStep) => `${text} ${platform}`,
  ({ text, platform }: BuildStep) => `${withoutNumbers(text)} ${platform}`
] as const

export function compareSteps(before: readonly BuildStep[], after: readonly BuildStep[]): readonly StepPair[] {
  const partner = partnersOf(before, after)
  const taken = new Set(partner.values())
  const rows: { before: BuildStep | null; after: BuildStep | null }[] = before.map((step) => ({
    before: step,
    after: partner.get(step) ?? null
  }))
  // What only the later build has stands behind the step that it came after.
  let behind = 0
  for (const step of after) {
    if (taken.has(step)) behind = rows.findIndex((row) => row.after === step) + 1
    else rows.splice(behind++, 0, { before: null, after: step })
  }
  return rows.map((row, index) => paired(row.before, row.after, index))
}

function partnersOf(before: readonly BuildStep[], after: readonly BuildStep[]): Map<BuildStep, BuildStep> {
  const partner = new Map<BuildStep, BuildStep>()
  const free = new Set(after)
  for (const keyOf of SAME) {
    const waiting = new Map<string, BuildStep[]>()
    for (const step of free) waiting.set(keyOf(step), [...(waiting.get(keyOf(step)) ?? []), step])
    for (const step of before) {
      if (partner.has(step)) continue
      const found = waiting.get(keyOf(step))?.shift()
      if (found === undefined) continue
      partner.set(step, found)
      free.delete(found)
    }
  }
  return partner
}

function paired(before: BuildStep | null, after: BuildStep | null, index: number): StepPair {
  const [old, now] = [before?.tookMs ?? null, after?.tookMs ?? null]
  return {
    key: String(index),
    text: (after ?? before)?.text ?? '',
    before,
    after,
    change: changeOf(before, after),
    differenceMs: old === null || now === null ? null : tenths(now) - tenths(old)
  }
}

function changeOf(before: BuildStep | null, after: BuildStep | null): string {
  if (before === null) return 'New'
  if (after === null) return 'Missing'
  if (before.state === after.state) return ''
  if (before.state === 'Cached') return after.state === 'Done' ? 'Not cached any more' : after.state
  if (after.state === 'Cached') return 'Cached now'
  return `${before.state} before`
}
