/** The time of a build from its first step's beginning to its last one's end, and where a step is in it. Pure. */
import type { BuildStep } from '@shared/contract/builds'

export interface Axis {
  readonly from: number
  readonly to: number
}

export function axisOf(steps: readonly Pick<BuildStep, 'startedAt' | 'endedAt'>[]): Axis {
  let [from, to] = [Infinity, -Infinity]
  for (const { startedAt, endedAt } of steps) {
    from = Math.min(from, startedAt)
    to = Math.max(to, endedAt ?? startedAt)
  }
  return from <= to ? { from, to } : { from: 0, to: 0 }
}

/** In percent of the axis; a moment has a width that can be seen. One that runs reaches to the end. */
export function placeOn(
  { from, to }: Axis,
  { startedAt, endedAt }: Pick<BuildStep, 'startedAt' | 'endedAt'>
): { readonly left: number; readonly width: number } {
  const span = to - from
  if (span <= 0) return { left: 0, width: 100 }
  const left = Math.min(99, Math.max(0, ((startedAt - from) / span) * 100))
  const end = Math.min(100, (((endedAt ?? to) - from) / span) * 100)
  return { left, width: Math.max(1, end - left) }
}

/** Steps side by side: each in the first lane that is free when it begins, so that there are as many lanes as ran at once. */
export function lanesOf<T extends Pick<BuildStep, 'startedAt' | 'endedAt'>>(
  steps: readonly T[]
): readonly (readonly T[])[] {
  const lanes: { end: number; readonly steps: T[] }[] = []
  for (const step of [...steps].sort((a, b) => a.startedAt - b.startedAt)) {
    const end = step.endedAt ?? Infinity
    const free = lanes.find((lane) => lane.end <= step.startedAt)
    if (free === undefined) lanes.push({ end, steps: [step] })
    else {
      free.end = end
      free.steps.push(step)
    }
  }
  return lanes.map(({ steps: inLane }) => inLane)
}
