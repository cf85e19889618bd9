// Prints the rows as one plain table that fits a terminal and a commit message alike.

const HEAD = ['figure', 'size', 'Quayside', 'limit', 'ratio', 'target', 'verdict', 'growth', 'spread']

/** @param {number} value */
const short = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))))

/**
 * @param {readonly import('./samples.mjs').Row[]} rows
 * @returns {string}
 */
export function tableText(rows) {
  const lines = [HEAD, ...rows.map(cells)]
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  )
  text.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '))
  return text.join('\n')
}

/** @param {import('./samples.mjs').Row} row */
function cells(row) {
  const unit = row.unit === '' ? '' : ` ${row.unit}`
  return [
    row.title,
    String(row.size),
    `${short(row.ours)}${unit}`,
    row.limit === null ? '–' : `${row.against} ${short(row.limit)}${unit}`,
    row.ratio === null ? '–' : `${short(row.ratio)} ×`,
    row.target ?? '–',
    row.verdict ?? '–',
    row.growth === null ? '' : `× ${short(row.growth)}`,
    `${short(row.spread.min)} … ${short(row.spread.max)}`
  ]
}
