// Counts tests from the reports of Vitest and Playwright, and writes the table and the closing line of `npm test`.
// A run that counts nothing, or that ends badly without a failed test, is a failure here: nothing passes by silence.

/**
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} notes what a reader must know beside the numbers
 *
 * @typedef {object} SuiteResult
 * @property {string} name
 * @property {number} seconds
 * @property {Count} count
 */

/**
 * A static check is one test.
 * @param {number} code exit code
 * @returns {Count}
 */
export const countCheck = (code) => ({
  passed: code === 0 ? 1 : 0,
  failed: code === 0 ? 0 : 1,
  skipped: 0,
  notes: []
})

/** @param {unknown} value */
const number = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

/** @param {unknown} value @returns {Record<string, unknown>} */
const record = (value) =>
  typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {}

/** @param {unknown} value @returns {unknown[]} */
const list = (value) => (Array.isArray(value) ? value : [])

/**
 * Counts one more failure when the numbers look fine but the program did not end well.
 * @param {Count} count
 * @param {number} code
 */
function withExit(count, code) {
  if (code !== 0 && count.failed === 0) {
    count.failed++
    count.notes.push(`ended with exit code ${code} without a failed test`)
  }
  return count
}

/** @param {number} code @returns {Count} */
const noReport = (code) => ({
  passed: 0,
  failed: 1,
  skipped: 0,
  notes: [`wrote no report (exit code ${code})`]
})

/**
 * Counts Vitest's JSON report.
 * @param {unknown} report
 * @param {number} code
 * @returns {Count}
 */
export function countVitest(report, code) {
  if (report === null) return noReport(code)
  const data = record(report)
  // A file that cannot be loaded has no tests in the report: it counts as one failure.
  const broken = list(data['testResults']).filter((file) => {
    const { status, assertionResults } = record(file)
    return status === 'failed' && list(assertionResults).length === 0
  })
  /** @type {Count} */
  const count = {
    passed: number(data['numPassedTests']),
    failed: number(data['numFailedTests']) + broken.length,
    skipped: number(data['numPendingTests']) + number(data['numTodoTests']),
    notes: broken.map((file) => `could not load ${String(record(file)['name'])}`)
  }
  return withExit(count, code)
}

/**
 * Counts Playwright's JSON report.
 * @param {unknown} report
 * @param {number} code
 * @returns {Count}
 */
export function countPlaywright(report, code) {
  if (report === null) return noReport(code)
  const stats = record(record(report)['stats'])
  const flaky = number(stats['flaky'])
  /** @type {Count} */
  const count = {
    passed: number(stats['expected']) + flaky,
    failed: number(stats['unexpected']),
    skipped: number(stats['skipped']),
    notes: flaky > 0 ? [`${flaky} passed only when tried again`] : []
  }
  const errors = list(record(report)['errors']).length
  if (count.failed === 0) count.failed += errors
  return withExit(count, code)
}

/**
 * Adds counts up.
 * @param {Count[]} counts
 * @returns {Count}
 */
export function sum(counts) {
  return {
    passed: counts.reduce((total, count) => total + count.passed, 0),
    failed: counts.reduce((total, count) => total + count.failed, 0),
    skipped: counts.reduce((total, count) => total + count.skipped, 0),
    notes: counts.flatMap((count) => count.notes)
  }
}

/**
 * A suite in which nothing ran has failed; one in which everything was skipped has too when the run must be complete.
 * @param {Count} count
 * @param {boolean} complete
 * @returns {Count}
 */
export function judge(count, complete) {
  if (count.passed + count.failed > 0) return count
  if (count.skipped === 0) return { ...count, failed: 1, notes: [...count.notes, 'ran no test'] }
  const notes = [...count.notes, 'every test was skipped']
  return complete ? { ...count, failed: 1, notes } : { ...count, notes }
}

/**
 * The closing line.
 * @param {Count} count
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * The table of suites.
 * @param {SuiteResult[]} results
 */
export function table(results) {
  const rows = [
    ['suite', 'passed', 'failed', 'skipped', 'time'],
    ...results.map(({ name, seconds, count }) => [
      name,
      String(count.passed),
      String(count.failed),
      String(count.skipped),
      `${seconds.toFixed(1)} s`
    ])
  ]
  const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ')
  )
  const notes = results.flatMap(({ name, count }) => count.notes.map((note) => `${name}: ${note}`))
  return [...lines, ...notes].join('\n')
}
