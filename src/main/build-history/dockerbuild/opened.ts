/**
 * Builds out of files that were opened, for this run of the app: in memory, within bounds, the oldest file goes first. They are looked
 * into as those of the engine are. Made by the service.
 */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import type { BuildRecord } from '@shared/contract/build-history'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import type { ReadFile } from '../detail'
import { rowOf } from '../rows'
import { readDockerbuild, type Dockerbuild, type FiledBuild } from './archive'
import { framesOf } from './status-frames'

const MOST_BYTES = 512 * 1024 * 1024

interface OpenedFile {
  readonly id: string
  readonly name: string
  readonly content: Dockerbuild
}

interface OpenedBuild {
  readonly build: FiledBuild
  readonly row: BuildRecord
  readonly read: ReadFile
  /** The messages of its progress. */
  readonly progress: () => AsyncGenerator<Buffer, void, undefined>
}

export class OpenedBuilds {
  #files: OpenedFile[] = []

  /** The builds of a file, the newest first; the names they are asked for by are in their rows. */
  async open(path: string, signal: AbortSignal): Promise<readonly BuildRecord[]> {
    const content = await readDockerbuild(path, signal)
    const file = {
      id: randomUUID().replaceAll('-', '').slice(0, 16),
      name: oneLine(basename(path), 200),
      content
    }
    this.#files = [...this.#files, file]
    while (this.#files.length > 1 && this.#bytes > MOST_BYTES) this.#files.shift()
    return content.builds
      .map((build, index) => rowIn(file, build, index))
      .sort((a, b) => b.createdAt - a.createdAt)
  }

  /** Whether this names a build out of a file, opened or closed since. */
  static names(ref: string): boolean {
    return ref.startsWith('file-')
  }

  /** @throws AppError `NotFound` when its file was closed. */
  get(ref: string): OpenedBuild {
    const [, id, index] = /^file-([0-9a-f]+)-(\d+)$/.exec(ref) ?? []
    const file = this.#files.find((one) => one.id === id)
    const build = file?.content.builds[Number(index)]
    if (file === undefined || build === undefined) throw closed()
    const { blobs } = file.content
    return {
      build,
      row: rowIn(file, build, Number(index)),
      read: async (digest, limit) => {
        const bytes = await Promise.resolve(blobs.get(digest))
        if (bytes === undefined) throw missing()
        return { bytes: bytes.subarray(0, limit), cut: bytes.length > limit }
      },
      progress: () => framesOf(blobs.get(build.record.logs?.digest ?? '') ?? Buffer.alloc(0))
    }
  }

  /** Forgets the file of a build, with the others in it; answers the names of what is gone. */
  close(ref: string): readonly string[] {
    const [, id] = /^file-([0-9a-f]+)-\d+$/.exec(ref) ?? []
    const file = this.#files.find((one) => one.id === id)
    this.#files = this.#files.filter((one) => one !== file)
    return file?.content.builds.map((_, index) => `file-${file.id}-${index}`) ?? [ref]
  }

  get #bytes(): number {
    return this.#files.reduce((total, { content }) => total + content.sizeBytes, 0)
  }
}

function rowIn({ id, name }: OpenedFile, { record, local }: FiledBuild, index: number): BuildRecord {
  const ref = `file-${id}-${index}`
  return { ...rowOf({ ...record, completed: record.completed ?? record.created }, local, name), Id: ref, ref }
}

const closed = (): AppError =>
  new AppError('NotFound', 'The file of this build is not open any more.', { hint: 'Open the file again.' })

const missing = (): AppError =>
  new AppError('NotFound', 'The file does not hold this part of the build.', {
    hint: 'It was left out when the build was exported.'
  })
