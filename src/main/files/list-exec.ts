/**
 * Lists one folder of a running container with the container's own `find` and `stat`: whatever its size costs nothing.
 * Called by listing.ts, which has another way where the image holds no such tools.
 */
import { randomUUID } from 'node:crypto'
import type { FileEntry } from '@shared/contract/files'
import { baseName, isText } from '@shared/docker/container-path'
import type { DockerClient } from '../docker/client'
import { fromBytes } from '../docker/path-bytes'
import { readCommand } from '../docker/read-command'

const DEADLINE_MS = 15_000
const OUTPUT_LIMIT = 256 * 1024 * 1024

/** Null when the container has not the tools for it, or they do not do what they should. */
export async function listByExec(
  client: DockerClient,
  id: string,
  folder: string,
  signal: AbortSignal
): Promise<FileEntry[] | null> {
  // Arguments travel as JSON, which holds no other text.
  if (!isText(folder)) return null
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)])
  for (const tool of TOOLS) {
    const entries = await listWith(client, id, folder, tool, deadline)
    if (entries !== null) return entries
  }
  return null
}

/** As they are, or where an image has a busybox and not its links. */
const TOOLS: readonly (readonly string[])[] = [[], ['busybox']]

async function listWith(
  client: DockerClient,
  id: string,
  folder: string,
  tool: readonly string[],
  signal: AbortSignal
): Promise<FileEntry[] | null> {
  // No name can hold it: it is made for this one answer. So names may hold anything else, line feeds too.
  const mark = randomUUID()
  const stat = [...tool, 'stat', '-c', `${mark}%f|%u|%g|%s|%Y|%n${mark}%N`]
  const depth = ['-mindepth', '1', '-maxdepth', '1']
  const argv = [...tool, 'find', folder === '/' ? '/' : `${folder}/`, ...depth, '-exec', ...stat, '{}', '+']
  // GNU stat quotes names by this; other stats do not know it.
  const env = ['QUOTING_STYLE=literal', 'LC_ALL=C']
  try {
    const { exitCode, stdout } = await readCommand(client, id, { argv, env, limit: OUTPUT_LIMIT }, signal)
    const entries = parseStats(stdout, mark)
    // A file that vanished meanwhile makes find fail; what it printed is still true.
    return exitCode === 0 || entries.length > 0 ? entries : null
  } catch (error) {
    if (signal.aborted) throw error
    // An engine may refuse a command that is not there before it runs.
    return null
  }
}

/** Reads `mark f|u|g|s|Y|n mark N` records. Exported for tests. */
export function parseStats(output: Buffer, mark: string): FileEntry[] {
  const parts = output.toString('latin1').split(mark)
  const entries: FileEntry[] = []
  for (let at = 1; at + 1 < parts.length; at += 2) {
    const entry = parseRecord(parts[at] ?? '', (parts[at + 1] ?? '').replace(/\n$/, ''))
    if (entry !== null) entries.push(entry)
  }
  return entries
}

const RECORD = /^([0-9a-f]+)\|(\d+)\|(\d+)\|(\d+)\|(-?\d+)\|([^]+)$/

function parseRecord(numbers: string, quoted: string): FileEntry | null {
  const match = RECORD.exec(numbers)
  if (match === null) return null
  const [, rawMode = '', uid, gid, size, mtime, path = ''] = match
  const mode = Number.parseInt(rawMode, 16)
  const type = TYPES[mode & 0o170000] ?? 'other'
  return {
    name: fromLatin1(baseName(path)),
    type,
    size: Number(size),
    mode: mode & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    mtime: Number(mtime) * 1000,
    target: type === 'symlink' ? linkTarget(path, quoted) : null,
    mount: null
  }
}

const TYPES: Readonly<Record<number, FileEntry['type']>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
  0o060000: 'block',
  0o020000: 'character',
  0o010000: 'fifo',
  0o140000: 'socket'
}

/** `name -> target`, with or without quotes around either; null when it is written in a way we do not know. */
function linkTarget(path: string, quoted: string): string | null {
  const plain = `${path} -> `
  if (quoted.startsWith(plain)) return fromLatin1(quoted.slice(plain.length))
  const inQuotes = `'${path}' -> '`
  if (quoted.startsWith(inQuotes) && quoted.endsWith("'"))
    return fromLatin1(quoted.slice(inQuotes.length, -1))
  return null
}

function fromLatin1(text: string): string {
  return fromBytes(Buffer.from(text, 'latin1'))
}
