/**
 * Copies from the host into a container, as tasks: files chosen in the native dialog, whose paths never leave main, and
 * contents dropped on the page, which arrive as bytes (docs/decisions/0433). Called by handlers/files.
 */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { joinPath } from '@shared/docker/container-path'
import { AppError } from '@shared/errors'
import { putArchive, statPath } from '../docker/archive'
import type { DockerClient } from '../docker/client'
import type { TaskUpdate } from '../tasks/registry'
import { tarOfHost, walkHost } from './host-tree'
import { CopyProgress, countText, skippedText } from './progress'
import { inWords } from './write'

/** What the user chose and has not started yet. */
export interface Chosen {
  readonly id: string
  readonly folder: string
  readonly paths: readonly string[]
}

/** Questions to the engine under way together. */
const AT_ONCE = 16
/** More choices than anyone leaves unanswered. */
const MAX_WAITING = 16

/** Keeps the host's paths in main: the page holds a token. */
export class Choices {
  readonly #waiting = new Map<string, Chosen>()

  add(chosen: Chosen): string {
    const token = randomUUID()
    this.#waiting.set(token, chosen)
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size > MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest)
    return token
  }

  /** A token is good once. */
  take(token: string): Chosen {
    const chosen = this.#waiting.get(token)
    this.#waiting.delete(token)
    if (chosen !== undefined) return chosen
    throw new AppError('NotFound', 'That choice is no longer known.', { hint: 'Choose the files again.' })
  }
}

export function namesOf({ paths }: Pick<Chosen, 'paths'>): string[] {
  return paths.map((path) => basename(path))
}

/** Which of the names the folder has already. */
export async function existingNames(
  client: DockerClient,
  id: string,
  folder: string,
  names: readonly string[],
  signal?: AbortSignal
): Promise<string[]> {
  const existing: string[] = []
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE)
    const stats = await Promise.all(some.map((name) => statPath(client, id, joinPath(folder, name), signal)))
    existing.push(...some.filter((_, index) => stats[index] !== null))
  }
  return existing
}

/** Copies what was chosen; answers the task's last word. */
export async function uploadChosen(
  client: DockerClient,
  { id, folder, paths }: Chosen,
  update: (news: TaskUpdate) => void,
  signal: AbortSignal
): Promise<string> {
  const { items, totalBytes, skipped } = await walkHost(paths, signal)
  if (items.length === 0) {
    throw new AppError('InvalidParameter', `There is nothing to upload.${skippedText(skipped)}`, {
      hint: 'Choose files or folders that can be read.'
    })
  }
  const progress = new CopyProgress(update, totalBytes)
  const archive = tarOfHost(
    items,
    (bytes) => progress.add(bytes),
    () => progress.fileDone(),
    signal
  )
  await putTar(client, id, folder, archive, signal)
  return `Uploaded ${countText(progress.files)} to ${folder}.${skippedText(skipped)}`
}

/** Sends a generated archive; a failure of the generator counts more than the broken request it causes. */
export async function putTar(
  client: DockerClient,
  id: string,
  folder: string,
  archive: AsyncGenerator<Buffer, void, undefined>,
  signal: AbortSignal
): Promise<void> {
  let failure: unknown = null
  const noted = async function* () {
    try {
      yield* archive
    } catch (error) {
      failure = error
      throw error
    }
  }
  try {
    await putArchive(client, id, folder, Readable.from(noted(), { objectMode: false }), signal)
  } catch (error) {
    throw inWords(failure ?? error)
  }
}
