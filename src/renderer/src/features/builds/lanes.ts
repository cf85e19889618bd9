/** Where each step's bar is on the timeline: stages one below the other, steps that ran at the same time in lanes. Pure. */
import type { BuildStep } from '@shared/contract/builds'

export interface Bar {
  readonly step: BuildStep
  /** Of the whole, 0 to 100. */
  readonly left: number
  readonly width: number
}

export interface Lane {
  /** Named in the first lane of a stage only. */
  readonly label: string
  readonly bars: readonly Bar[]
}

export interface Timeline {
  readonly lanes: readonly Lane[]
  readonly spanMs: number
}

const NO_STAGE = 'other steps'

/** `now` ends what still runs. */
export function timelineOf(steps: readonly BuildStep[], now: number): Timeline {
  if (steps.length === 0) return { lanes: [], spanMs: 0 }
  const endOf = ({ startedAt, endedAt }: BuildStep): number => Math.max(startedAt, endedAt ?? now)
  const from = Math.min(...steps.map(({ startedAt }) => startedAt))
  const spanMs = Math.max(1, Math.max(...steps.map(endOf)) - from)
  const stages = new Map<string, BuildStep[]>()
  for (const step of steps) {
    const name = `${step.stage || (step.platform === '' ? NO_STAGE : '')} ${step.platform}`.trim()
    const list = stages.get(name)
    if (list === undefined) stages.set(name, [step])
    else list.push(step)
  }
  const lanes = [...stages].flatMap(([name, list]) =>
    packed(list, endOf).map((row, index) => ({
      label: index === 0 ? name : '',
      bars: row.map((step) => ({
        step,
        left: ((step.startedAt - from) / spanMs) * 100,
        width: ((endOf(step) - step.startedAt) / spanMs) * 100
      }))
    }))
  )
  return { lanes, spanMs }
}

/** Each step goes to the first lane that is free when it begins. */
function packed(steps: readonly BuildStep[], endOf: (step: BuildStep) => number): BuildStep[][] {
  const rows: { steps: BuildStep[]; end: number }[] = []
  for (const step of steps.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const free = rows.find(({ end }) => end <= step.startedAt)
    if (free === undefined) rows.push({ steps: [step], end: endOf(step) })
    else {
      free.steps.push(step)
      free.end = endOf(step)
    }
  }
  return rows.map((row) => row.steps)
}
