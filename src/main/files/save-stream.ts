/**
 * Bytes into a file of the host. The file has its name only when it is whole: until then it is a hidden neighbour, which goes
 * when the copy fails or is cancelled. Called by handlers/image-archives.
 */
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { diskError } from './download'

/** Writes over what `to` is; the dialog has asked. Answers the bytes written. */
export async function saveStream(
  source: AsyncIterable<Buffer>,
  to: string,
  onBytes: (total: number) => void,
  signal: AbortSignal
): Promise<number> {
  const partial = join(dirname(to), `.${basename(to).slice(0, 100)}.${randomUUID().slice(0, 8)}.part`)
  let total = 0
  try {
    const file = await open(partial, 'wx', 0o644)
    try {
      for await (const chunk of source) {
        for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten
        total += chunk.length
        onBytes(total)
      }
      await file.sync()
    } finally {
      await file.close()
    }
    signal.throwIfAborted()
    await rename(partial, to)
    return total
  } catch (error) {
    await rm(partial, { force: true })
    throw diskError(error, signal)
  }
}
