/** The content of the file that is open: read up to a limit, more when asked. Saving is in use-file-save.ts. */
import { onScopeDispose, shallowRef } from 'vue'
import { api } from '@/api'
import { FIRST_READ_BYTES, MAX_READ_BYTES } from '@shared/docker/file-limits'
import { toAppError, type AppError } from '@shared/errors'

export interface FileContent {
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly size: number
  readonly version: string
  readonly truncated: boolean
}

export function useFileContent(id: () => string) {
  const content = shallowRef<FileContent | null>(null)
  const error = shallowRef<AppError | null>(null)
  const reading = shallowRef(false)
  let current: { close: () => void } | null = null

  async function open(path: string, limit = FIRST_READ_BYTES): Promise<void> {
    current?.close()
    const stream = api.files.read({ id: id(), path, limit })
    current = stream
    if (content.value?.path !== path) content.value = null
    error.value = null
    reading.value = true
    try {
      const chunks: Uint8Array[] = []
      for await (const chunk of stream) chunks.push(chunk)
      if (current !== stream) return
      content.value = { path, bytes: joined(chunks), ...(await stream.done) }
    } catch (thrown) {
      if (current === stream) error.value = toAppError(thrown)
    } finally {
      if (current === stream) reading.value = false
    }
  }

  function showMore(): void {
    const shown = content.value
    if (shown !== null) void open(shown.path, Math.min(MAX_READ_BYTES, Math.max(1, shown.bytes.length) * 4))
  }

  function close(): void {
    current?.close()
    current = null
    content.value = null
    error.value = null
    reading.value = false
  }

  onScopeDispose(close)
  return { content, error, reading, open, showMore, close }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
