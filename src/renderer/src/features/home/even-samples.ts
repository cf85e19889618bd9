/** Samples that came at several paces, as values at one pace: a chart without a time axis must not bend time. Pure. */

export interface Sampled {
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** The pace of the charts. */
export const STEP_MS = 2000
/** A longer silence is time in which nobody looked; it is left out. */
export const LONGEST_GAP_MS = 10_000

/** One value per {@link STEP_MS}: a sample stands for the time since the one before it. Samples without a value are left out. */
export function evenValues<S extends Sampled>(
  samples: readonly S[],
  of: (sample: S) => number | null
): readonly number[] {
  const values: number[] = []
  let before: number | null = null
  for (const sample of samples) {
    const gap = before === null ? STEP_MS : sample.at - before
    before = sample.at
    const value = of(sample)
    if (value === null) continue
    const steps = gap > LONGEST_GAP_MS ? 1 : Math.max(1, Math.round(gap / STEP_MS))
    for (let step = 0; step < steps; step++) values.push(value)
  }
  return values
}
