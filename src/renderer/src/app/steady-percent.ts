/** A percentage for a glance: it changes when something did, not with every sample. */

/** `shown` as long as `value` is within a point of it, else `value` in whole percent; 0 and 100 are always exact. */
export function steadyPercent(shown: number, value: number): number {
  const whole = Math.round(value)
  return Math.abs(value - shown) <= 1 && whole > 0 && whole < 100 ? shown : whole
}
