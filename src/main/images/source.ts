/**
 * Where an image's bytes come from, as the worker is told it: the engine (it opens a connection of its own, so no byte
 * passes the main thread), or a file or folder of this computer.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ImageConfig } from '@shared/docker/image-config'
import { AppError } from '@shared/errors'
import type { EngineBytes } from '../docker/engine-bytes'

export type Source =
  | {
      readonly kind: 'image'
      readonly bytes: EngineBytes
      readonly name: string
      readonly imageId: string
      /** The layers the engine says it has, in hexadecimal; empty when it did not say. */
      readonly diffIds: readonly string[]
      /** As far as the engine tells it; null when it is to be read out of the archive. */
      readonly config: ImageConfig | null
      /** `linux/amd64`, to choose among the platforms of one archive. */
      readonly platform: string
    }
  | { readonly kind: 'container'; readonly bytes: EngineBytes; readonly name: string; readonly id: string }
  | { readonly kind: 'archive'; readonly path: string; readonly name: string; readonly image: number | null }

const READ_BYTES = 256 * 1024

/** A file's bytes. */
export async function* fileBytes(
  path: string,
  signal: AbortSignal
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of createReadStream(path, {
      signal,
      highWaterMark: READ_BYTES
    }) as AsyncIterable<Buffer>) {
      yield chunk
    }
  } catch (error) {
    signal.throwIfAborted()
    throw unreadable(error)
  }
}

/** What is at a path: its size, and whether it is a folder. */
export async function archiveAt(path: string): Promise<{ readonly bytes: number; readonly folder: boolean }> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(error)
  })
  if (!found.isDirectory() && !found.isFile()) throw unreadable(null)
  return { bytes: found.size, folder: found.isDirectory() }
}

function unreadable(cause: unknown): AppError {
  return new AppError('NotFound', 'The file cannot be read.', {
    hint: 'Choose a file that exists and is readable.',
    cause
  })
}
