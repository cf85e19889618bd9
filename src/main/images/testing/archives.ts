/** Archives for tests, byte by byte: headers that say whatever a test wants, and images made of any layers. */
import { createHash } from 'node:crypto'
import { BLOCK } from '../tar-header'

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export interface RawEntry {
  readonly name?: string | Buffer
  readonly content?: string | Uint8Array
  readonly type?: string
  readonly link?: string
  /** Bytes of the size field as they are; the content's length without it. */
  readonly size?: number | Buffer
  readonly mtime?: number | Buffer
  /** PAX records that come before it. */
  readonly pax?: Readonly<Record<string, string>>
}

export const END = Buffer.alloc(2 * BLOCK)

/** One entry with its content, padded. */
export function rawEntry(entry: RawEntry): Buffer {
  const { name = 'x', content = '', type = '0', link = '', size, mtime = 0, pax } = entry
  const body = Buffer.from(content as Uint8Array)
  const block = Buffer.alloc(BLOCK)
  Buffer.from(name as Buffer).copy(block, 0, 0, 100)
  block.write('0000644\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  field(block, 124, size ?? body.length)
  field(block, 136, mtime)
  block.write(type, 156, 'latin1')
  block.write(link, 157, 100)
  block.write('ustar\u000000', 257, 'latin1')
  const before = pax === undefined ? [] : [rawEntry({ name: 'PaxHeader', type: 'x', content: paxText(pax) })]
  return Buffer.concat([...before, summed(block), padded(body)])
}

export function rawTar(...entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries.map(rawEntry), END])
}

/** GNU's way of a number that octal digits cannot say. */
export function base256(value: bigint): Buffer {
  const bytes = Buffer.alloc(12)
  let left = BigInt.asUintN(96, value)
  for (let at = 11; at >= 0; at--, left >>= 8n) bytes[at] = Number(left & 0xffn)
  bytes[0] = (bytes[0] as number) | 0x80
  return bytes
}

export function paxText(records: Readonly<Record<string, string>>): string {
  return Object.entries(records)
    .map(([key, value]) => {
      const rest = Buffer.byteLength(` ${key}=${value}\n`)
      let length = rest
      while (String(length).length + rest !== length) length = String(length).length + rest
      return `${length} ${key}=${value}\n`
    })
    .join('')
}

export type Files = Readonly<Record<string, string | Uint8Array>>

export function tarOf(files: Files): Buffer {
  return rawTar(...Object.entries(files).map(([name, content]) => ({ name, content })))
}

const blob = (bytes: Uint8Array): string => `blobs/sha256/${sha256(bytes)}`

/** The files of an image's archive as `docker save` writes them today; `stored` are the layers as they lie there. */
export function savedFiles(
  layers: readonly Uint8Array[],
  { stored = layers, config = {} }: { stored?: readonly Uint8Array[]; config?: object } = {}
): Record<string, string | Uint8Array> {
  const description = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
      history: layers.map((_, i) => ({ created_by: `RUN step ${i} # buildkit` })),
      ...config
    })
  )
  return {
    ...Object.fromEntries(stored.map((bytes) => [blob(bytes), bytes])),
    [blob(description)]: description,
    'manifest.json': JSON.stringify([
      { Config: blob(description), RepoTags: ['a:1'], Layers: stored.map(blob) }
    ])
  }
}

export function savedImage(...layers: readonly Uint8Array[]): Buffer {
  return tarOf(savedFiles(layers))
}

function field(block: Buffer, at: number, value: number | Buffer): void {
  if (typeof value === 'number') block.write(`${value.toString(8).padStart(11, '0')}\0`, at)
  else value.copy(block, at)
}

/** What the checksum field of a header must say. */
export function sumOf(block: Uint8Array): string {
  let sum = 8 * 32
  for (const [i, byte] of block.entries()) if (i < 148 || i >= 156) sum += byte
  return `${sum.toString(8).padStart(6, '0')}\0 `
}

function summed(block: Buffer): Buffer {
  block.write(sumOf(block), 148)
  return block
}

function padded(body: Buffer): Buffer {
  return Buffer.concat([body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)])
}
