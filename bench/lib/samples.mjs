// Collects what was measured, by who it was, at which size: `quayside`, `floor`, `reference` or `raw API`.
import { pairedRatio, median, spread } from './statistics.mjs'

export class Samples {
  /** @type {Map<string, number[]>} */
  #values = new Map()

  /**
   * One round's measurements of one app.
   * @param {string} who
   * @param {number} size containers there were
   * @param {Record<string, number>} measured by figure
   */
  add(who, size, measured) {
    for (const [figure, value] of Object.entries(measured)) {
      const key = `${who}|${size}|${figure}`
      this.#values.set(key, [...(this.#values.get(key) ?? []), value])
    }
  }

  /**
   * @param {string} who
   * @param {number} size
   * @param {string} figure
   */
  of(who, size, figure) {
    return this.#values.get(`${who}|${size}|${figure}`) ?? []
  }

  /** Everything measured, for results.json. */
  all() {
    return Object.fromEntries([...this.#values].map(([key, values]) => [key, values.map(rounded)]))
  }
}

/** So much above a limit that misses the target itself counts as level with it. */
const AT_LIMIT = 1.25

/** @param {number} value */
export const rounded = (value) => Number(value.toPrecision(4))

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {number} size
 * @property {number} ours
 * @property {{ min: number, max: number }} spread
 * @property {string | null} against
 * @property {number | null} limit
 * @property {number | null} ratio
 * @property {string | null} target
 * @property {'met' | 'not met' | 'at the limit' | null} verdict
 * @property {number | null} growth ours at this size over ours at the smallest size
 */

/**
 * The rows of the table: one per figure and size that was measured.
 * @param {readonly import('../figures.mjs').Figure[]} figures
 * @param {readonly number[]} sizes ascending
 * @param {Samples} samples
 * @returns {Row[]}
 */
export function judge(figures, sizes, samples) {
  return figures.flatMap((figure) =>
    sizes
      .filter((size) => samples.of('quayside', size, figure.id).length > 0)
      .map((size, index, measured) => {
        const values = samples.of('quayside', size, figure.id)
        const limits = figure.against === null ? [] : samples.of(figure.against, size, figure.id)
        const smallest = samples.of('quayside', measured[0] ?? size, figure.id)
        const ours = median(values)
        const limit = limits.length > 0 ? median(limits) : null
        const ratio = limit === null || limit === 0 ? null : pairedRatio(values, limits)
        return {
          id: figure.id,
          title: figure.title,
          unit: figure.unit,
          size,
          ours: rounded(ours),
          spread: spread(values.map(rounded)),
          against: figure.against,
          limit: limit === null ? null : rounded(limit),
          ratio: ratio === null ? null : rounded(ratio),
          target: targetText(figure),
          verdict: verdictOf(figure, ours, limit, ratio),
          growth: index === 0 || median(smallest) === 0 ? null : rounded(ours / median(smallest))
        }
      })
  )
}

/** @param {import('../figures.mjs').Figure} figure */
function targetText(figure) {
  if (figure.maxRatio !== undefined) return `≤ ${figure.maxRatio} ×`
  return figure.max === undefined ? null : `≤ ${figure.max} ${figure.unit}`.trim()
}

/**
 * @param {import('../figures.mjs').Figure} figure
 * @param {number} ours
 * @param {number | null} limit
 * @param {number | null} ratio
 * @returns {Row['verdict']}
 */
function verdictOf(figure, ours, limit, ratio) {
  if (figure.maxRatio !== undefined && ratio !== null) return ratio <= figure.maxRatio ? 'met' : 'not met'
  if (figure.max === undefined) return null
  if (ours <= figure.max) return 'met'
  // What even the limit cannot keep on this machine today is asked of nobody; being far from the limit is still ours.
  return limit !== null && limit > figure.max && ours <= AT_LIMIT * limit ? 'at the limit' : 'not met'
}
