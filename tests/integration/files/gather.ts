/** What the tests of this folder share: listings and contents gathered whole, and copies compared. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { FileEntry } from '@shared/contract/files'
import type { AppError } from '@shared/errors'
import type { DockerClient } from '@main/docker/client'
import { Listing } from '@main/files/listing'
import { readFile } from '@main/files/read'

const exec = promisify(execFile)
export const never = new AbortController().signal

/** Every entry of a folder, by name. */
export async function listAll(
  client: DockerClient,
  id: string,
  path: string,
  listing = new Listing()
): Promise<FileEntry[]> {
  const all: FileEntry[] = []
  for await (const { entries } of listing.list(client, id, path, { fresh: false, signal: never })) {
    all.push(...entries)
  }
  return all.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The first bytes of a file as text, and what the reading ended with. */
export async function readText(client: DockerClient, id: string, path: string, limit = 1e6) {
  const chunks: Uint8Array[] = []
  const content = readFile(client, id, path, limit, never)
  for (let next = await content.next(); ; next = await content.next()) {
    if (next.done === true) return { ...next.value, text: Buffer.concat(chunks).toString() }
    chunks.push(next.value)
  }
}

/** What a piece of work failed with; null when it did not. */
export function failure(work: Promise<unknown>): Promise<AppError | null> {
  return work.then(
    () => null,
    (error: unknown) => error as AppError
  )
}

/** Every path below a folder of the host with type, mode, link and content, for comparing two copies. */
export async function treeOf(folder: string): Promise<string> {
  const script =
    'cd "$1" && find . -mindepth 1 -printf "%y %m %p %l\\n" | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum'
  return (await exec('sh', ['-c', script, 'sh', folder], { encoding: 'latin1' })).stdout
}
