/** Stretches of time: several that overlap are one. Used for the time a step took and for the lanes of the timeline. Pure. */

export interface Span {
  readonly from: number
  /** null while it lasts. */
  readonly to: number | null
}

export interface ClosedSpan {
  readonly from: number
  readonly to: number
}

/** Joined where they touch, in order. One that ends before it begins counts as a moment. */
export function joined(spans: readonly ClosedSpan[]): readonly ClosedSpan[] {
  const sorted = spans
    .map(({ from, to }) => ({ from, to: Math.max(from, to) }))
    .sort((a, b) => a.from - b.from || a.to - b.to)
  const result: { from: number; to: number }[] = []
  for (const span of sorted) {
    const before = result.at(-1)
    if (before !== undefined && span.from <= before.to) before.to = Math.max(before.to, span.to)
    else result.push(span)
  }
  return result
}

/** What the spans last together; they must be {@link joined}. */
export function lengthMs(spans: readonly ClosedSpan[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from, 0)
}
