/**
 * Images out of the engine and into it: tag, save as an archive, import of a root file system. Archives are streams and
 * never held whole. Called by handlers/image-archives and handlers/images.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { AppError } from '@shared/errors'
import { parseReference } from '@shared/docker/reference'
import { segment, withSignal, type DockerClient } from './client'
import { connectionError, streamError } from './errors'
import { progressLines } from './images'

/** A name as the engine is given it: the repository as it was typed, and the tag apart. */
export interface RepoTag {
  readonly repo: string
  readonly tag: string
}

/** Splits a name for an image; one with a digest is no name one can give. */
export function repoTag(text: string): RepoTag {
  const result = parseReference(text)
  if (!result.ok) {
    const hint = result.suggestion === undefined ? 'Write it as repository:tag.' : `Try ${result.suggestion}.`
    throw new AppError('InvalidParameter', result.message, { hint })
  }
  const { tag, digest } = result.reference
  if (digest !== null) {
    throw new AppError('InvalidParameter', 'A digest cannot be given to an image.', {
      hint: 'Write it as repository:tag.'
    })
  }
  return tag === null
    ? { repo: text, tag: 'latest' }
    : { repo: text.slice(0, text.length - tag.length - 1), tag }
}

/** `docker tag`: one more name; a name that another image has moves here. */
export async function tagImage(
  client: DockerClient,
  id: string,
  name: string,
  signal?: AbortSignal
): Promise<void> {
  await client.docker.getImage(segment(id)).tag(withSignal({ ...repoTag(name) }, signal))
}

/**
 * `docker save`: the archive's bytes. An engine that fails after the first byte writes its error behind the archive, where
 * everybody else takes it for the archive's end: here it is thrown, as is an archive that stops before its end.
 */
export async function* saveImages(
  client: DockerClient,
  names: readonly string[],
  signal?: AbortSignal
): AsyncGenerator<Buffer, void, undefined> {
  const query = { _query: { names: [...names] } }
  const dial = { path: '/images/get?', options: query, isStream: true }
  const reply = (await client.request(withSignal(dial, signal))) as IncomingMessage
  const tail = new ArchiveTail()
  try {
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      tail.add(chunk)
      yield chunk
    }
  } catch (error) {
    throw connectionError(signal?.aborted === true ? signal.reason : error)
  }
  tail.check()
}

const BLOCK = 512
const LONGEST_ERROR = 64 * 1024

/** The last bytes of a tar archive as they pass: two empty blocks, or why there are none. */
export class ArchiveTail {
  #tail = Buffer.alloc(0)
  #length = 0

  add(chunk: Buffer): void {
    this.#length += chunk.length
    const joined = chunk.length >= LONGEST_ERROR ? chunk : Buffer.concat([this.#tail, chunk])
    this.#tail = Buffer.from(joined.subarray(-LONGEST_ERROR))
  }

  /** Throws what the engine wrote instead of the end. */
  check(): void {
    const end = this.#tail.subarray(-BLOCK)
    if (this.#length % BLOCK === 0 && end.length === BLOCK && end.every((byte) => byte === 0)) return
    const text = this.#tail.toString('utf8')
    const message = /\{"errorDetail":\{.*?"message":"((?:[^"\\]|\\.)*)"/s.exec(text)?.[1]
    if (message !== undefined) throw streamError(JSON.parse(`"${message}"`) as string)
    throw new AppError('DataLoss', 'The engine ended the archive before it was whole.', {
      hint: 'Try again; the engine log may say more.'
    })
  }
}

/** `docker import`: an image of one layer out of a root file system. Answers its id. An empty name leaves it untagged. */
export async function importImage(
  client: DockerClient,
  archive: Readable,
  name: string,
  onMessage: (message: string) => void = () => undefined,
  signal?: AbortSignal
): Promise<string> {
  const named = name === '' ? {} : repoTag(name)
  const reply = await client.docker.importImage(archive, withSignal({ ...named }, signal))
  let id: string | null = null
  for await (const line of progressLines(reply as AsyncIterable<Uint8Array> & NodeJS.ReadableStream)) {
    const text = (line.status ?? line.stream ?? '').trim()
    if (/^sha256:[0-9a-f]{64}$/.test(text)) id = text
    else if (text !== '') onMessage(text)
  }
  if (id !== null) return id
  throw new AppError('InvalidParameter', 'The engine made no image of the file.', {
    hint: 'Choose a tar archive of a root file system, as docker export makes it.'
  })
}
