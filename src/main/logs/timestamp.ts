/** The engine's timestamps: `2026-01-02T03:04:05.000000006Z` before each message of a log. Pure; hot, so no garbage is made. */

/** Seconds since the epoch and nanoseconds of the second: a number of milliseconds cannot hold what Docker prints. */
export interface Stamp {
  readonly sec: number
  readonly nano: number
  /** Bytes it took, the space after it included. */
  readonly bytes: number
}

const LONGEST = 36
const ZERO = 48
const Z = 90

interface Minute {
  readonly text: Uint8Array
  sec: number
}
/** Lines come in order, so the minute is nearly always the one of the line before. */
const last: Minute = { text: new Uint8Array(17), sec: Number.NaN }

/** The timestamp at `at`; null when there is none. */
export function parseStamp(bytes: Uint8Array, at: number, end: number): Stamp | null {
  if (end - at < 20) return null
  if (bytes[at + 4] !== 45 || bytes[at + 10] !== 84 || bytes[at + 16] !== 58) return null
  const minute = minuteAt(bytes, at)
  const seconds = digits(bytes, at + 17, 2)
  if (Number.isNaN(minute) || seconds < 0) return null
  let next = at + 19
  let nano = 0
  if (bytes[next] === 46) {
    const start = (next += 1)
    while (next - start < 9 && isDigit(bytes[next])) nano = nano * 10 + (bytes[next++] as number) - ZERO
    for (let given = next - start; given < 9; given += 1) nano *= 10
  }
  const zone = zoneSeconds(bytes, next)
  if (zone === null) return null
  next += zone.bytes
  // A message without text ends right after its time.
  if (next < end && bytes[next] !== 32) return null
  return { sec: minute + seconds - zone.seconds, nano, bytes: Math.min(next + 1, end) - at }
}

function minuteAt(bytes: Uint8Array, at: number): number {
  let same = true
  for (let i = 0; i < 17 && same; i += 1) same = last.text[i] === bytes[at + i]
  if (same && !Number.isNaN(last.sec)) return last.sec
  const text = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset + at, 17).toString('latin1')
  const parsed = /^\d{4}-\d\d-\d\dT\d\d:\d\d:$/.test(text) ? Date.parse(`${text}00Z`) / 1000 : Number.NaN
  if (Number.isNaN(parsed)) return parsed
  last.text.set(bytes.subarray(at, at + 17))
  last.sec = parsed
  return parsed
}

function zoneSeconds(bytes: Uint8Array, at: number): { seconds: number; bytes: number } | null {
  const sign = bytes[at]
  if (sign === Z) return { seconds: 0, bytes: 1 }
  if (sign !== 43 && sign !== 45) return null
  const [hours, minutes] = [digits(bytes, at + 1, 2), digits(bytes, at + 4, 2)]
  if (hours < 0 || minutes < 0 || bytes[at + 3] !== 58) return null
  return { seconds: (sign === 45 ? -1 : 1) * (hours * 3600 + minutes * 60), bytes: 6 }
}

function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i += 1) {
    if (!isDigit(bytes[i])) return -1
    value = value * 10 + (bytes[i] as number) - ZERO
  }
  return value
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 57
}

/** As `docker logs --timestamps` prints it; empty for a line without a time. */
export function formatStamp(sec: number, nano: number): string {
  if (sec === 0 && nano === 0) return ''
  return `${new Date(sec * 1000).toISOString().slice(0, 19)}.${String(nano).padStart(9, '0')}Z`
}

/** No timestamp is longer. */
export const MAX_STAMP_BYTES = LONGEST
