/**
 * Reading and writing protobuf's wire format, as far as BuildKit's messages need it: numbers, texts, nested messages and maps.
 * Unknown fields are passed over, as every reader of the format does. Pure; used by the messages beside it.
 */
import { AppError } from '@shared/errors'

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/** Deeper nesting than BuildKit has anywhere. */
const DEEPEST = 32

/** One field as it came: a number, or the bytes of a text or a message. */
export type Field =
  | { readonly number: number; readonly value: bigint; readonly bytes: null }
  | { readonly number: number; readonly value: null; readonly bytes: Buffer }

const broken = (): AppError =>
  new AppError('DataLoss', 'What the engine told of a build cannot be read.', {
    hint: 'The engine may be newer than Quayside.'
  })

/** The fields of a message, in their order. Fails with `DataLoss` on what is no message. */
export function* fieldsOf(message: Buffer): Generator<Field, void, undefined> {
  let at = 0
  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined) throw broken()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw broken()
  }
  function take(length: number): Buffer {
    if (length > message.length - at) throw broken()
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = varint()
    const number = Number(tag >> 3n)
    if (number === 0) throw broken()
    const kind = Number(tag & 7n)
    if (kind === VARINT) yield { number, value: varint(), bytes: null }
    else if (kind === BYTES) yield { number, value: null, bytes: take(Number(varint())) }
    else if (kind === FIXED64) yield { number, value: take(8).readBigUInt64LE(), bytes: null }
    else if (kind === FIXED32) yield { number, value: BigInt(take(4).readUInt32LE()), bytes: null }
    else throw broken()
  }
}

/** A message by its fields' numbers: the last word of a number or text, all of a list. */
export class Message {
  readonly #fields = new Map<number, Field[]>()
  readonly #depth: number

  constructor(message: Buffer, depth = 0) {
    if (depth > DEEPEST) throw broken()
    this.#depth = depth
    for (const field of fieldsOf(message)) {
      const known = this.#fields.get(field.number)
      if (known === undefined) this.#fields.set(field.number, [field])
      else known.push(field)
    }
  }

  bytes(number: number): Buffer {
    return this.#fields.get(number)?.at(-1)?.bytes ?? Buffer.alloc(0)
  }

  text(number: number): string {
    return this.bytes(number).toString('utf8')
  }

  texts(number: number): string[] {
    return this.#all(number).map((bytes) => bytes.toString('utf8'))
  }

  /** An int64; beyond what a number holds exactly it is rounded. */
  int(number: number): number {
    return Number(BigInt.asIntN(64, this.#fields.get(number)?.at(-1)?.value ?? 0n))
  }

  bool(number: number): boolean {
    return this.int(number) !== 0
  }

  message(number: number): Message | null {
    const bytes = this.#fields.get(number)?.at(-1)?.bytes ?? null
    return bytes === null ? null : new Message(bytes, this.#depth + 1)
  }

  messages(number: number): Message[] {
    return this.#all(number).map((bytes) => new Message(bytes, this.#depth + 1))
  }

  /** A `map<string, string>`. */
  map(number: number): Map<string, string> {
    return new Map(this.messages(number).map((entry) => [entry.text(1), entry.text(2)]))
  }

  /** A `google.protobuf.Timestamp` as milliseconds since the epoch, with fractions; null when it is not told. */
  time(number: number): number | null {
    const stamp = this.message(number)
    return stamp === null ? null : stamp.int(1) * 1000 + stamp.int(2) / 1e6
  }

  #all(number: number): Buffer[] {
    return (this.#fields.get(number) ?? []).flatMap(({ bytes }) => (bytes === null ? [] : [bytes]))
  }
}

/** A message of texts, truths and messages by their fields' numbers; what is empty or false is left out, as the format wants it. */
export function written(fields: Readonly<Record<number, string | boolean | Buffer>>): Buffer {
  const parts: Buffer[] = []
  for (const [number, value] of Object.entries(fields)) {
    if (value === '' || value === false) continue
    if (value === true) parts.push(varintOf(Number(number) * 8 + VARINT), varintOf(1))
    else {
      const text = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
      parts.push(varintOf(Number(number) * 8 + BYTES), varintOf(text.length), text)
    }
  }
  return Buffer.concat(parts)
}

function varintOf(value: number): Buffer {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left])
    bytes.push((left % 128) | 0x80)
  }
}
