/**
 * The last lines a container wrote, bounded in lines, bytes and time whatever it wrote: for the reason panel, which needs a
 * few and must not wait for the rest. Reading logs for people is another part's work.
 */
import { plainText } from '@shared/docker/text'
import { segment, withSignal, type DockerClient } from './client'

export interface TailLine {
  readonly source: 'stdout' | 'stderr'
  /** Without escapes and control characters; a long one is cut. */
  readonly text: string
}

export interface TailOptions {
  readonly lines: number
  /** With a terminal there are no frames: everything is stdout. */
  readonly tty: boolean
}

/** More than this is not read: a container may have written one line of ten megabytes. */
const MAX_BYTES = 2 * 1024 * 1024
const MAX_LINE = 2000
const DEADLINE_MS = 3000

/** Both outputs in the order they were written; what could be read in time. */
export async function tailLogs(
  client: DockerClient,
  id: string,
  { lines, tty }: TailOptions,
  signal?: AbortSignal
): Promise<readonly TailLine[]> {
  const deadline = AbortSignal.timeout(DEADLINE_MS)
  const both = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
  const options = { stdout: true, stderr: true, follow: false, tail: lines }
  const path = `/containers/${segment(id)}/logs?`
  const reply = await client.request(withSignal({ path, options, isStream: true }, both))
  const bytes = await readSome(reply as AsyncIterable<Buffer>, deadline)
  const chunks = tty ? [{ source: 'stdout' as const, data: bytes }] : frames(bytes)
  return toLines(chunks).slice(-lines)
}

async function readSome(reply: AsyncIterable<Buffer>, deadline: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of reply) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= MAX_BYTES) break
    }
  } catch (error) {
    if (!deadline.aborted) throw error
  }
  return Buffer.concat(chunks)
}

interface Chunk {
  readonly source: 'stdout' | 'stderr'
  readonly data: Buffer
}

/** Docker's frames: one byte for the output, three of nothing, four of length, then the data. A torn end is left out. */
export function frames(bytes: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at + 4)
    chunks.push({
      source: bytes[at] === 2 ? 'stderr' : 'stdout',
      data: bytes.subarray(at + 8, Math.min(bytes.length, at + 8 + length))
    })
    at += 8 + length
  }
  return chunks
}

/** A long line comes in several frames, and the two outputs may take turns within one. */
export function toLines(chunks: readonly Chunk[]): readonly TailLine[] {
  const lines: TailLine[] = []
  const rest: Record<Chunk['source'], Buffer[]> = { stdout: [], stderr: [] }
  const finish = (source: Chunk['source']): void => {
    const raw = Buffer.concat(rest[source])
    rest[source] = []
    lines.push({ source, text: lineText(raw) })
  }
  for (const { source, data } of chunks) {
    let start = 0
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
      rest[source].push(data.subarray(start, end))
      finish(source)
      start = end + 1
    }
    if (start < data.length) rest[source].push(data.subarray(start))
  }
  for (const source of ['stdout', 'stderr'] as const) if (rest[source].length > 0) finish(source)
  return lines
}

/** What a terminal would show of the line: after a carriage return it is written anew. */
function lineText(raw: Buffer): string {
  const text = raw
    .subarray(0, MAX_LINE * 4)
    .toString('utf8')
    .replace(/\r+$/, '')
  const shown = plainText(text.slice(text.lastIndexOf('\r') + 1))
  return shown.length > MAX_LINE ? `${shown.slice(0, MAX_LINE)}…` : shown
}
