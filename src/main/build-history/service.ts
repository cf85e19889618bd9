/**
 * The builds of the engine that is in use: watched, looked into, deleted, taken along as files. Asks BuildKit itself over the
 * engine's connection, so a build is here whoever started it; only names of folders come from what buildx wrote down. Plain
 * Node; called by handlers.
 */
import type { BuildProgress, BuildRecord, PastBuild } from '@shared/contract/build-history'
import { plainText } from '@shared/docker/text'
import { layOutJson } from '@shared/docker/json-text'
import { AppError } from '@shared/errors'
import type { Change } from '@shared/patch'
import { BuildKit, withBuildKit } from '../docker/buildkit/grpc'
import {
  deleteRecord,
  listen,
  pinRecord,
  progressOf,
  readContent,
  type HistoryRecord
} from '../docker/buildkit/records'
import type { DockerClient } from '../docker/client'
import { buildDetail, type ReadFile } from './detail'
import { OpenedBuilds } from './dockerbuild/opened'
import { packBuilds, type PackedBuild } from './dockerbuild/pack'
import { findLocalState, type FoundState } from './local-state'
import { buildProgress } from './progress'
import { imageOfBuild } from './result'
import { rowOf } from './rows'
import { watchBuilds } from './watch'

const MOST_ATTACHMENT = 4 * 1024 * 1024
/** The engine's own builder, as buildx names it without a context. */
const ENGINE_BUILDER = 'default'

export interface BuildHistoryDeps {
  readonly client: () => Promise<DockerClient>
  /** Folders in which buildx may have written down what it started, the likeliest first. */
  readonly buildxFolders: readonly string[]
}

export class BuildHistory {
  readonly #deps: BuildHistoryDeps
  readonly #opened = new OpenedBuilds()

  constructor(deps: BuildHistoryDeps) {
    this.#deps = deps
  }

  async *watch(signal: AbortSignal): AsyncGenerator<Change<BuildRecord>, void, undefined> {
    const buildkit = await BuildKit.open(await this.#deps.client(), signal)
    // What buildx wrote down of a build does not change; it writes it when the build has begun, so "nothing" may change.
    const found = new Map<string, FoundState>()
    const toRow = async (record: HistoryRecord): Promise<BuildRecord> => {
      const state = found.get(record.ref) ?? (await this.#stateOf(record.ref))
      if (state !== null) found.set(record.ref, state)
      return rowOf(record, state?.state ?? null, state?.builder ?? ENGINE_BUILDER)
    }
    try {
      yield* watchBuilds(buildkit, toRow, signal)
    } finally {
      buildkit.close()
    }
  }

  async *progress(
    ref: string,
    signal: AbortSignal,
    options: { readonly stepsOnly?: boolean } = {}
  ): AsyncGenerator<BuildProgress, void, undefined> {
    if (OpenedBuilds.names(ref)) return yield* buildProgress(this.#opened.get(ref).progress(), options)
    const buildkit = await BuildKit.open(await this.#deps.client(), signal)
    try {
      yield* buildProgress(progressOf(buildkit, ref, signal), options)
    } finally {
      buildkit.close()
    }
  }

  async inspect(ref: string, signal: AbortSignal): Promise<PastBuild> {
    if (OpenedBuilds.names(ref)) {
      const { build, row, read } = this.#opened.get(ref)
      return await buildDetail(read, build.record, row)
    }
    return await this.#with(signal, async (buildkit) => {
      const record = await recordOf(buildkit, ref, signal)
      const state = await this.#stateOf(ref)
      const row = rowOf(record, state?.state ?? null, state?.builder ?? ENGINE_BUILDER)
      const detail = await buildDetail(readerOf(buildkit, signal), record, row)
      if (detail.result.length > 0) return detail
      return { ...detail, result: await imageOfBuild(await this.#deps.client(), row, signal) }
    })
  }

  /** A file the build made about itself, as text; only one that its record names. */
  async attachment(
    ref: string,
    digest: string,
    signal: AbortSignal
  ): Promise<{ readonly text: string; readonly cut: boolean }> {
    if (OpenedBuilds.names(ref)) {
      const { build, read } = this.#opened.get(ref)
      return await attachmentOf(build.record, digest, read)
    }
    return await this.#with(signal, async (buildkit) =>
      attachmentOf(await recordOf(buildkit, ref, signal), digest, readerOf(buildkit, signal))
    )
  }

  /** The builds of a `.dockerbuild` file, to be looked into by the names in their rows. */
  open(path: string, signal: AbortSignal): Promise<readonly BuildRecord[]> {
    return this.#opened.open(path, signal)
  }

  /** Forgets the file of an opened build; answers the names of what is gone with it. */
  close(ref: string): readonly string[] {
    return this.#opened.close(ref)
  }

  /** Builds of the engine as the bytes of a `.dockerbuild` file. */
  async *exported(refs: readonly string[], signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
    const buildkit = await BuildKit.open(await this.#deps.client(), signal)
    try {
      const builds: PackedBuild[] = []
      for (const ref of refs) {
        const record = await recordOf(buildkit, ref, signal)
        builds.push({ record, local: (await this.#stateOf(ref))?.state ?? null })
      }
      yield* packBuilds(buildkit, builds, signal)
    } finally {
      buildkit.close()
    }
  }

  remove(ref: string, signal: AbortSignal): Promise<void> {
    return this.#with(signal, async (buildkit) => {
      await recordOf(buildkit, ref, signal)
      await deleteRecord(buildkit, ref, signal)
    })
  }

  pin(ref: string, pinned: boolean, signal: AbortSignal): Promise<void> {
    return this.#with(signal, (buildkit) => pinRecord(buildkit, ref, pinned, signal))
  }

  async #with<T>(signal: AbortSignal, work: (buildkit: BuildKit) => Promise<T>): Promise<T> {
    return await withBuildKit(await this.#deps.client(), signal, work)
  }

  #stateOf(ref: string): Promise<FoundState | null> {
    return findLocalState(this.#deps.buildxFolders, ref)
  }
}

function readerOf(buildkit: BuildKit, signal: AbortSignal): ReadFile {
  return (digest, limit) => readContent(buildkit, digest, limit, signal)
}

async function attachmentOf(
  record: HistoryRecord,
  digest: string,
  read: ReadFile
): Promise<{ readonly text: string; readonly cut: boolean }> {
  if (!record.attestations.some(({ file }) => file.digest === digest)) throw noAttachment()
  const { bytes, cut } = await read(digest, MOST_ATTACHMENT)
  const text = bytes.toString('utf8')
  return { text: cut ? plainText(text) : laidOut(text), cut }
}

async function recordOf(buildkit: BuildKit, ref: string, signal: AbortSignal): Promise<HistoryRecord> {
  for await (const { record } of listen(buildkit, { listOnly: true }, signal)) {
    if (record.ref === ref) return record
  }
  throw new AppError('NotFound', 'This build is not in the history any more.', {
    hint: 'The engine keeps the last builds only; a pinned one stays.'
  })
}

function laidOut(text: string): string {
  try {
    JSON.parse(text)
    return layOutJson(text)
  } catch {
    return plainText(text)
  }
}

const noAttachment = (): AppError =>
  new AppError('NotFound', 'This build has no such attachment.', { hint: 'Open the build again.' })
