// Checks that the running Node.js is one that package.json allows.

/** @param {string} text */
const parts = (text) =>
  /** @type {[number, number, number]} */ (text.split('.').map((n) => Number.parseInt(n, 10)))

/**
 * Compares two versions: negative, zero or positive.
 * @param {string} a
 * @param {string} b
 */
export function compareVersions(a, b) {
  const [left, right] = [parts(a), parts(b)]
  for (const i of [0, 1, 2]) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/**
 * True when a version lies in a range of the forms that package.json uses here: `^1.2.3`, `>=1.2.3`, joined by `||`.
 * @param {string} version
 * @param {string} range
 */
export function satisfies(version, range) {
  return range.split('||').some((alternative) => {
    const [, operator, base = ''] = /^\s*(\^|>=)(\d+\.\d+\.\d+)\s*$/.exec(alternative) ?? []
    if (!operator) throw new Error(`Cannot read the version range "${alternative.trim()}" in package.json.`)
    if (compareVersions(version, base) < 0) return false
    return operator === '>=' || parts(version)[0] === parts(base)[0]
  })
}

/**
 * Throws when this Node.js is too old.
 * @param {string} range
 * @param {string} [version]
 */
export function requireNode(range, version = process.versions.node) {
  if (!satisfies(version, range))
    throw new Error(
      `Node.js ${version} cannot build Quayside. Install one that fits ${range} (see .nvmrc) and try again.`
    )
}
