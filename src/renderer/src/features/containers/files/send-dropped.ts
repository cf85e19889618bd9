/** Sends dropped files to main as bytes, never further ahead than a window: a file of any size takes the same memory. */
import type { Stream } from '@shared/contract/dsl'
import type { DropInput } from '@shared/contract/files'
import type { Dropped } from './dropped-files'

type DropStream = Stream<{ takenBytes: number }, DropInput, void>

const CHUNK_BYTES = 256 * 1024
const WINDOW_BYTES = 4 * 1024 * 1024
/** What an entry counts for, as in main/files/drop.ts. */
export const ENTRY_BYTES = 512

/** Resolves when main has unpacked all of it, or has given up: then the task says why. */
export async function sendDropped(stream: DropStream, dropped: readonly Dropped[]): Promise<void> {
  const room = new Room()
  const finished = follow(stream, room)
  try {
    for (const { path, kind, file } of dropped) {
      if (!(await room.take(ENTRY_BYTES))) break
      const mtime = file?.lastModified ?? Date.now()
      stream.send({ type: 'entry', kind, path, size: file?.size ?? 0, mtime })
      if (file !== null && !(await sendContent(stream, file, room))) break
    }
    if (!room.closed) stream.send({ type: 'finish' })
  } catch {
    // A file that cannot be read: closing the stream cancels what main has begun.
    stream.close()
  }
  await finished
}

async function sendContent(stream: DropStream, file: File, room: Room): Promise<boolean> {
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    const bytes = new Uint8Array(await file.slice(at, at + CHUNK_BYTES).arrayBuffer())
    if (!(await room.take(bytes.length))) return false
    stream.send({ type: 'data', bytes })
  }
  return true
}

async function follow(stream: DropStream, room: Room): Promise<void> {
  try {
    for await (const { takenBytes } of stream) room.taken(takenBytes)
  } catch {
    // Told by the task.
  } finally {
    room.close()
  }
}

/** How much may still be sent. */
class Room {
  closed = false
  #sent = 0
  #taken = 0
  #wake: (() => void) | null = null

  /** Waits until there is room; false when nothing is wanted any more. */
  async take(bytes: number): Promise<boolean> {
    while (!this.#over() && this.#sent - this.#taken > WINDOW_BYTES) {
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    this.#sent += bytes
    return !this.#over()
  }

  taken(total: number): void {
    this.#taken = total
    this.#wake?.()
  }

  close(): void {
    this.closed = true
    this.#wake?.()
  }

  /** Asked through a method because the compiler holds that a property cannot change across an `await`. */
  #over(): boolean {
    return this.closed
  }
}
