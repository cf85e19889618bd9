/**
 * Sizes as Docker prints them (docker/go-units size.go). Used by views and by the text of `docker info`.
 */

const DECIMAL_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'] as const
const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'] as const

/** Memory, base 1024, four significant digits: `15.63GiB`. */
export function bytesSize(bytes: number): string {
  return withUnit(bytes, 1024, BINARY_UNITS, 4)
}

/** Images, volumes, disk usage, base 1000: `1.234GB`. `docker images`, `history` and `stats` use three digits. */
export function humanSize(bytes: number, precision: 3 | 4 = 4): string {
  return withUnit(bytes, 1000, DECIMAL_UNITS, precision)
}

function withUnit(bytes: number, base: number, units: readonly string[], precision: number): string {
  let value = bytes
  let unit = 0
  while (value >= base && unit < units.length - 1) {
    value /= base
    unit += 1
  }
  return formatG(value, precision) + (units[unit] ?? '')
}

/**
 * Go's `%.{precision}g`. It rounds exact halves to even where JavaScript rounds them up, so the digits are taken from the
 * exact decimal expansion (a double of 1 or more has at most 52 binary places, all of which toFixed(52) shows).
 */
export function formatG(value: number, precision: number): string {
  if (value === 0) return '0'
  const sign = value < 0 ? '-' : ''
  const [whole = '0', fraction = ''] = Math.abs(value).toFixed(52).split('.')
  const all = whole + fraction
  const first = all.search(/[1-9]/)
  if (first < 0) return '0'
  const rounded = roundHalfEven(all.slice(first), precision)
  const exponent = whole.length - 1 - first + (rounded.carried ? 1 : 0)
  return sign + placePoint(rounded.digits.replace(/0+$/, ''), exponent, precision)
}

function roundHalfEven(digits: string, precision: number): { digits: string; carried: boolean } {
  const kept = digits.slice(0, precision).padEnd(precision, '0')
  const rest = digits.slice(precision)
  const half = /^50*$/.test(rest)
  const up = half ? Number(kept.at(-1)) % 2 === 1 : (rest[0] ?? '0') >= '5'
  if (!up) return { digits: kept, carried: false }
  const next = String(BigInt(kept) + 1n)
  return next.length > precision
    ? { digits: next.slice(0, precision), carried: true }
    : { digits: next, carried: false }
}

function placePoint(digits: string, exponent: number, precision: number): string {
  if (exponent < -4 || exponent >= precision) {
    const mantissa = digits.length > 1 ? `${digits[0] ?? ''}.${digits.slice(1)}` : digits
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = digits.slice(exponent + 1)
  return fraction === '' ? whole : `${whole}.${fraction}`
}
