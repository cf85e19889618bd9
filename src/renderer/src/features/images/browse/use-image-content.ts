/** The bytes of one file of an image: its beginning first, more when asked, its end for archives. */
import { onScopeDispose, shallowRef } from 'vue'
import { api } from '@/api'
import type { FileView } from '@shared/contract/image-files'
import { FIRST_READ_BYTES, MAX_READ_BYTES } from '@shared/docker/file-limits'
import { toAppError, type AppError } from '@shared/errors'

export interface ImageContent {
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of the whole file. */
  readonly size: number
}

export interface ContentPlace {
  readonly handle: string
  readonly view: FileView
  readonly path: string
}

export function useImageContent() {
  const content = shallowRef<ImageContent | null>(null)
  const error = shallowRef<AppError | null>(null)
  const reading = shallowRef(false)
  let current: { close: () => void } | null = null
  let place: ContentPlace | null = null

  async function read(at: ContentPlace, limit: number): Promise<void> {
    current?.close()
    const stream = api.imageFiles.read({ ...at, offset: 0, limit })
    current = stream
    place = at
    error.value = null
    reading.value = true
    try {
      const pieces: Uint8Array[] = []
      for await (const piece of stream) pieces.push(piece)
      if (current !== stream) return
      const { sizeBytes } = await stream.done
      content.value = { path: at.path, bytes: joined(pieces), size: sizeBytes }
    } catch (thrown) {
      if (current === stream) error.value = toAppError(thrown)
    } finally {
      if (current === stream) reading.value = false
    }
  }

  function open(at: ContentPlace): Promise<void> {
    content.value = null
    return read(at, FIRST_READ_BYTES)
  }

  /** @param limit four times what is there unless it says another. */
  async function more(limit?: number): Promise<void> {
    const shown = content.value
    if (place === null || shown === null) return
    await read(place, limit ?? Math.min(MAX_READ_BYTES, Math.max(1, shown.bytes.length) * 4))
  }

  function close(): void {
    current?.close()
    current = null
    place = null
    content.value = null
    error.value = null
    reading.value = false
  }

  onScopeDispose(close)
  return { content, error, reading, open, more, close }
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
