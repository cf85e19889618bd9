/**
 * The folder of a context as buildx and the CLI walk it: its entries, and which of them the ignore file leaves out. Used by
 * context-size.ts, and by classic/context-archive.ts.
 */
import type { Dirent } from 'node:fs'
import { lstat, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ignoreRules, isIgnored, type IgnoreRules } from '@shared/docker/ignore-file'
import { AppError } from '@shared/errors'
import { dockerfileName } from './read-dockerfile'

const MOST_IGNORE_BYTES = 4 * 1024 * 1024

export interface IgnoreFile {
  /** Its path as it was found; null for none. */
  readonly file: string | null
  readonly text: string
  readonly rules: IgnoreRules
}

/**
 * `<Dockerfile>.dockerignore` goes before the one of the context.
 *
 * @throws AppError `InvalidParameter` for one that cannot be read as such
 */
export async function readIgnoreFile(context: string, dockerfile: string): Promise<IgnoreFile> {
  const { file, text } = await ignoreText(context, dockerfile)
  const rules = ignoreRules(text)
  if (rules.problem !== null) {
    throw new AppError('InvalidParameter', rules.problem, { hint: 'Correct it: the build would be refused.' })
  }
  return { file, text, rules }
}

async function ignoreText(context: string, dockerfile: string): Promise<Omit<IgnoreFile, 'rules'>> {
  const named = `${dockerfileName({ dockerfile })}.dockerignore`
  for (const name of [named, '.dockerignore']) {
    const path = name.startsWith('/') ? name : join(context, name)
    try {
      if ((await lstat(path)).size > MOST_IGNORE_BYTES) continue
      return { file: name, text: await readFile(path, 'utf8') }
    } catch {
      // Not there: the next.
    }
  }
  return { file: null, text: '' }
}

export interface ContextEntry {
  /** Within the context, with slashes. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'symlink' | 'other' | 'unreadable'
  /** The path that is left out and this is, or is below of; null when it goes over. */
  readonly ignoredAt: string | null
}

/** Links are entries of their own and are not followed. */
export async function* contextEntries(
  root: string,
  rules: IgnoreRules
): AsyncGenerator<ContextEntry, void, undefined> {
  const folders: { readonly path: string; readonly ignoredAt: string | null }[] = [
    { path: '', ignoredAt: null }
  ]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let entries: Dirent[]
    try {
      entries = await readdir(join(root, folder.path), { withFileTypes: true })
    } catch (cause) {
      if (folder.path === '') throw notAFolder(root, cause)
      yield { ...folder, kind: 'unreadable' }
      continue
    }
    for (const entry of entries) {
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`
      const ignoredAt = isIgnored(rules, path) ? (folder.ignoredAt ?? path) : null
      const kind = kindOf(entry)
      if (kind === 'directory') folders.push({ path, ignoredAt })
      yield { path, kind, ignoredAt }
    }
  }
}

function kindOf(entry: Dirent): ContextEntry['kind'] {
  if (entry.isDirectory()) return 'directory'
  if (entry.isFile()) return 'file'
  return entry.isSymbolicLink() ? 'symlink' : 'other'
}

function notAFolder(root: string, cause: unknown): AppError {
  return new AppError('NotFound', `The folder ${root} cannot be read.`, {
    hint: 'Choose a folder that exists and that you may read.',
    cause
  })
}
