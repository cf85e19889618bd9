/** Turns what the page sends of dropped files into a tar stream. Called by handlers/files; see docs/decisions/0433. */
import type { DropInput } from '@shared/contract/files'
import { AppError } from '@shared/errors'
import { TAR_END, tarHeader, tarPadding } from '../docker/tar-writer'
import type { CopyProgress } from './progress'

/** What an entry counts for, so that many empty files do not run ahead either. */
const ENTRY_BYTES = 512

/** Relative, without a way out, and not empty. */
function isSafe(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'))
}

/** The archive of what comes in; `onTaken` is told what was used, so that the page may send more. */
export async function* tarOfDrop(
  inputs: AsyncIterable<DropInput>,
  progress: CopyProgress,
  onTaken: (bytes: number) => void
): AsyncGenerator<Buffer, void, undefined> {
  /** The open file: how much of it is still to come, and its size. */
  let left = 0
  let size = 0
  for await (const input of inputs) {
    if (input.type === 'data') {
      left -= input.bytes.byteLength
      if (left < 0) throw changed()
      yield Buffer.from(input.bytes)
      progress.add(input.bytes.byteLength)
      onTaken(input.bytes.byteLength)
      if (left === 0) {
        yield tarPadding(size)
        progress.fileDone()
      }
      continue
    }
    if (left > 0) throw changed()
    if (input.type === 'finish') {
      yield TAR_END
      return
    }
    yield dropHeader(input)
    onTaken(ENTRY_BYTES)
    size = left = input.kind === 'file' ? input.size : 0
    if (input.kind === 'file' && size === 0) progress.fileDone()
  }
  // The page closed the stream before it said that this was all.
  throw new AppError('Cancelled', 'Cancelled.')
}

function dropHeader(input: DropInput & { type: 'entry' }): Buffer {
  if (!isSafe(input.path)) {
    throw new AppError('InvalidParameter', 'A dropped file has a name that cannot be used.', {
      hint: 'Rename it, then drop it again.'
    })
  }
  const file = input.kind === 'file'
  return tarHeader({
    name: input.path,
    type: input.kind,
    size: file ? input.size : 0,
    mode: file ? 0o644 : 0o755,
    uid: 0,
    gid: 0,
    mtimeMs: input.mtime
  })
}

function changed(): AppError {
  return new AppError('Conflict', 'A file changed while it was read.', {
    hint: 'Close the program that writes it, then drop it again.'
  })
}

/** How much of a drop was used, and waiting for more of it: what the page paces itself by. */
export class DropProgress {
  #total = 0
  #finished = false
  #wake: (() => void) | null = null

  add(bytes: number): void {
    this.#total += bytes
    this.#wake?.()
  }

  finish(): void {
    this.#finished = true
    this.#wake?.()
  }

  /** The total at the start and after each change, until the copy has ended. */
  async *follow(signal: AbortSignal): AsyncGenerator<number, void, undefined> {
    for (let told = -1; !this.#finished && !signal.aborted;) {
      if (this.#total !== told) {
        told = this.#total
        yield told
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    }
  }
}
