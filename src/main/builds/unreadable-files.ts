/**
 * Files of a context that may not be read. BuildKit says nothing of them: what a Dockerfile copies of them is an empty file
 * in the image. Used by buildx-program.ts, and by context-size.ts for one file at a time.
 */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { contextEntries, readIgnoreFile } from './context-files'

const MOST_TOLD = 20
/** Beyond that the walk would cost more than it tells. */
const MOST_ENTRIES = 500_000

/** Who reads. */
export interface Reader {
  readonly uid: number
  readonly groups: readonly number[]
}

/** null where the modes of files do not say who may read them: for root, and on Windows. */
export function thisReader(): Reader | null {
  const uid = process.getuid?.() ?? 0
  return uid === 0 ? null : { uid, groups: process.getgroups?.() ?? [] }
}

export function mayRead(
  { mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number },
  reader: Reader | null
): boolean {
  if (reader === null) return true
  if (uid === reader.uid) return (mode & 0o400) !== 0
  return (mode & (reader.groups.includes(gid) ? 0o040 : 0o004)) !== 0
}

/** The first of them, by their paths in the context; what the ignore file leaves out does not matter. Never rejects. */
export async function unreadableFiles(
  { context, dockerfile }: { readonly context: string; readonly dockerfile: string },
  reader: Reader | null,
  signal: AbortSignal
): Promise<string[]> {
  const found: string[] = []
  if (reader === null) return found
  try {
    const { rules } = await readIgnoreFile(context, dockerfile)
    let entries = 0
    for await (const { path, kind, ignoredAt } of contextEntries(context, rules)) {
      if (signal.aborted || ++entries > MOST_ENTRIES || found.length === MOST_TOLD) break
      if (ignoredAt !== null || kind !== 'file') continue
      if (!mayRead(await lstat(join(context, path)), reader)) found.push(path)
    }
  } catch {
    // What keeps the context from being walked keeps buildx from it too, and it says so.
  }
  return found
}
