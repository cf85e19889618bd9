/**
 * Walks the folder of a context as buildx does and adds up what would go over and what the ignore file leaves out. Reads
 * names and sizes only. BuildKit asks for no more than the Dockerfile copies, so what is told is the most there can be.
 */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ContextSize } from '@shared/contract/builds'
import { contextEntries, readIgnoreFile } from './context-files'
import { mayRead, thisReader, type Reader } from './unreadable-files'

const TELL_MS = 150
const SLICE_MS = 8
const MOST_SHOWN = 8
const MOST_UNREADABLE = 20

interface Sum {
  files: number
  bytes: number
}

interface Walk {
  readonly root: string
  readonly reader: Reader | null
  readonly sent: Sum
  readonly ignored: Sum
  /** By first folder or file of the context. */
  readonly sentParts: Map<string, Sum>
  /** By the path that is left out, folders as one. */
  readonly ignoredParts: Map<string, Sum>
  readonly unreadable: string[]
}

/** Tells of the sums as they grow, and last of the whole. */
export async function* measureContext(
  { context, dockerfile }: { readonly context: string; readonly dockerfile: string },
  signal: AbortSignal
): AsyncGenerator<ContextSize, void, undefined> {
  const { file, rules } = await readIgnoreFile(context, dockerfile)
  const walk: Walk = {
    root: context,
    reader: thisReader(),
    sent: { files: 0, bytes: 0 },
    ignored: { files: 0, bytes: 0 },
    sentParts: new Map(),
    ignoredParts: new Map(),
    unreadable: []
  }
  let told = performance.now()
  let sliceStart = told
  for await (const { path, kind, ignoredAt } of contextEntries(context, rules)) {
    if (signal.aborted) return
    if (kind === 'unreadable') {
      if (ignoredAt === null) note(walk, path)
    } else if (kind !== 'directory') await count(walk, path, ignoredAt)
    const now = performance.now()
    if (now - told > TELL_MS) {
      yield sizeOf(walk, file, false)
      told = performance.now()
    }
    if (now - sliceStart < SLICE_MS) continue
    await nextTurn()
    sliceStart = performance.now()
  }
  yield sizeOf(walk, file, true)
}

async function count(walk: Walk, path: string, ignoredAt: string | null): Promise<void> {
  let bytes: number
  try {
    const info = await lstat(join(walk.root, path))
    bytes = info.isFile() ? info.size : 0
    if (ignoredAt === null && info.isFile() && !mayRead(info, walk.reader)) note(walk, path)
  } catch {
    if (ignoredAt === null) note(walk, path)
    return
  }
  const [sum, parts, part] =
    ignoredAt === null
      ? [walk.sent, walk.sentParts, path.split('/')[0] ?? path]
      : [walk.ignored, walk.ignoredParts, ignoredAt]
  sum.files += 1
  sum.bytes += bytes
  const own = parts.get(part) ?? { files: 0, bytes: 0 }
  own.files += 1
  own.bytes += bytes
  parts.set(part, own)
}

function note({ unreadable }: Walk, path: string): void {
  if (unreadable.length < MOST_UNREADABLE) unreadable.push(path)
}

function sizeOf(
  { sent, ignored, sentParts, ignoredParts, unreadable }: Walk,
  file: string | null,
  done: boolean
): ContextSize {
  return {
    done,
    files: sent.files,
    bytes: sent.bytes,
    ignoredFiles: ignored.files,
    ignoredBytes: ignored.bytes,
    ignoreFile: file,
    ignored: largest(ignoredParts),
    largest: largest(sentParts),
    unreadable: [...unreadable]
  }
}

function largest(parts: ReadonlyMap<string, Sum>): { path: string; bytes: number; files: number }[] {
  return [...parts]
    .map(([path, sum]) => ({ path, ...sum }))
    .sort((a, b) => b.bytes - a.bytes || b.files - a.files)
    .slice(0, MOST_SHOWN)
}
