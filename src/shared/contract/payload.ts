/** How large a value is, counted with an early way out, so that a hostile one costs no more than the limit. */

const PER_VALUE_BYTES = 8

/**
 * Whether a structured-clone value is larger than `limitBytes`: two bytes a character, the length of buffers, and a fixed
 * price for every value, so that deep or wide structures count too. Cycles end when the limit is reached.
 */
export function payloadExceeds(value: unknown, limitBytes: number): boolean {
  let bytes = 0
  const pending: unknown[] = [value]
  while (pending.length > 0) {
    const item = pending.pop()
    bytes += ownBytes(item)
    if (bytes > limitBytes) return true
    if (item === null || typeof item !== 'object') continue
    for (const member of members(item)) {
      pending.push(member)
      if (bytes + pending.length * PER_VALUE_BYTES > limitBytes) return true
    }
  }
  return false
}

function ownBytes(item: unknown): number {
  if (typeof item === 'string') return PER_VALUE_BYTES + item.length * 2
  // A bigint that fits no double is priced without printing it.
  if (typeof item === 'bigint') return BigInt.asIntN(64, item) === item ? PER_VALUE_BYTES : Number.MAX_VALUE
  if (item instanceof ArrayBuffer || ArrayBuffer.isView(item)) return PER_VALUE_BYTES + item.byteLength
  // By its length, because a sparse array has fewer members than whoever loops over it meets.
  if (Array.isArray(item)) return PER_VALUE_BYTES * (1 + item.length)
  return PER_VALUE_BYTES
}

function* members(item: object): Generator {
  if (item instanceof ArrayBuffer || ArrayBuffer.isView(item)) return
  if (item instanceof Map) {
    for (const [key, value] of item) yield* [key, value]
  } else if (item instanceof Set) {
    yield* item
  } else {
    for (const key of Object.keys(item)) {
      yield key
      yield (item as Record<string, unknown>)[key]
    }
  }
}
