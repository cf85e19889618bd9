// The few numbers that describe repeated measurements. Medians, because one disturbed round must not decide.

/** @param {readonly number[]} values */
export function median(values) {
  if (values.length === 0) return NaN
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = /** @type {number} */ (sorted[Math.floor(middle)])
  return sorted.length % 2 === 1 ? upper : (upper + /** @type {number} */ (sorted[middle - 1])) / 2
}

/**
 * The median of the ratios of measurements taken in turn: what disturbed both of a pair does not show.
 * @param {readonly number[]} ours
 * @param {readonly number[]} limits
 */
export function pairedRatio(ours, limits) {
  const pairs = ours.slice(0, limits.length).map((value, round) => value / (limits[round] ?? NaN))
  return median(pairs.filter(Number.isFinite))
}

/** @param {readonly number[]} values */
export function spread(values) {
  return { min: Math.min(...values), max: Math.max(...values) }
}
