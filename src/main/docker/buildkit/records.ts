/**
 * BuildKit's records of builds: listened to as they change, deleted, pinned, and the files they hold. Field numbers are those of
 * its control.proto. Called by main/build-history.
 */
import { Message, written } from './wire'
import type { BuildKit } from './grpc'

const CONTROL = 'moby.buildkit.v1.Control'
const LISTEN = 'moby.buildkit.v1.Control/ListenBuildHistory'
const READ_CONTENT = 'containerd.services.content.v1.Content/Read'
const CANCELED = 1
const DELETED = 2
/** For what takes milliseconds. */
const PATIENCE_MS = 5000

/** A file BuildKit keeps for a build. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly sizeBytes: number
  readonly annotations: ReadonlyMap<string, string>
}

export interface PlatformFile {
  readonly platform: string
  readonly file: Descriptor
}

export interface HistoryRecord {
  readonly ref: string
  readonly frontend: string
  readonly attrs: ReadonlyMap<string, string>
  readonly exporters: readonly { readonly type: string; readonly attrs: ReadonlyMap<string, string> }[]
  /** null when it did not fail. */
  readonly error: { readonly code: number; readonly canceled: boolean; readonly message: string } | null
  readonly created: number
  readonly completed: number | null
  readonly pinned: boolean
  /** What the exporters answered: `containerimage.digest` and the like. */
  readonly response: ReadonlyMap<string, string>
  readonly steps: number
  readonly cachedSteps: number
  readonly completedSteps: number
  readonly warnings: number
  /** What it did, as messages of its progress; null while it runs. */
  readonly logs: Descriptor | null
  /** A `google.rpc.Status` with where it failed. */
  readonly errorFile: Descriptor | null
  /** By platform; the key of a build for one platform is empty. */
  readonly attestations: readonly PlatformFile[]
  readonly results: readonly PlatformFile[]
}

export interface HistoryEvent {
  readonly kind: 'changed' | 'deleted'
  readonly record: HistoryRecord
}

/**
 * All records, then what changes; `listOnly` ends after the records. One record is found in the list, never asked for by its ref:
 * BuildKit counts who asked for it and does not delete it from then on (docs/decisions/0568).
 */
export async function* listen(
  buildkit: BuildKit,
  options: { readonly listOnly?: boolean },
  signal: AbortSignal
): AsyncGenerator<HistoryEvent, void, undefined> {
  const request = written({ 3: options.listOnly ?? false })
  for await (const message of buildkit.stream(LISTEN, request, signal)) {
    const event = new Message(message)
    const record = event.message(2)
    if (record === null) continue
    yield { kind: event.int(1) === DELETED ? 'deleted' : 'changed', record: recordOf(record) }
  }
}

/**
 * Deletes a record that is there, so that it is gone and everybody hears of it. Somebody may have asked for it by its ref
 * (`buildx history inspect` does): it is held here while it is deleted, and what BuildKit put off is done when it is let go
 * (docs/decisions/0568).
 */
export async function deleteRecord(buildkit: BuildKit, ref: string, signal: AbortSignal): Promise<void> {
  const [letGo, enough] = [new AbortController(), AbortSignal.timeout(PATIENCE_MS)]
  const gone = untilDeleted(buildkit, ref, AbortSignal.any([signal, enough]))
  const holding = AbortSignal.any([signal, enough, letGo.signal])
  const held = buildkit.stream(LISTEN, written({ 2: ref }), holding)
  try {
    // It answers with the record once it holds it.
    await held.next()
    await buildkit.call(`${CONTROL}/UpdateBuildHistory`, written({ 1: ref, 3: true }), signal)
  } finally {
    letGo.abort()
    await held.return(undefined)
  }
  await gone
}

/** Hears of it without listing anything; gives up when the signal aborts. */
async function untilDeleted(buildkit: BuildKit, ref: string, signal: AbortSignal): Promise<void> {
  try {
    for await (const message of buildkit.stream(LISTEN, written({ 1: true }), signal)) {
      const event = new Message(message)
      if (event.int(1) === DELETED && event.message(2)?.text(1) === ref) return
    }
  } catch {
    // That it was deleted is known; only the news of it did not come.
  }
}

export async function pinRecord(
  buildkit: BuildKit,
  ref: string,
  pinned: boolean,
  signal: AbortSignal
): Promise<void> {
  await buildkit.call(`${CONTROL}/UpdateBuildHistory`, written({ 1: ref, 2: pinned }), signal)
}

/** The messages of a build's progress: of the past for one that is over, as they come for one that runs. */
export function progressOf(buildkit: BuildKit, ref: string, signal: AbortSignal) {
  return buildkit.stream(`${CONTROL}/Status`, written({ 1: ref }), signal)
}

/** At most `limit` bytes of a file, and whether that is all of it. */
export async function readContent(
  buildkit: BuildKit,
  digest: string,
  limit: number,
  signal: AbortSignal
): Promise<{ readonly bytes: Buffer; readonly cut: boolean }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const message of buildkit.stream(READ_CONTENT, written({ 1: digest }), signal)) {
    const data = new Message(message).bytes(2)
    chunks.push(data)
    size += data.length
    if (size > limit) return { bytes: Buffer.concat(chunks).subarray(0, limit), cut: true }
  }
  return { bytes: Buffer.concat(chunks), cut: false }
}

function recordOf(message: Message): HistoryRecord {
  const error = message.message(5)
  return {
    ref: message.text(1),
    frontend: message.text(2),
    attrs: message.map(3),
    exporters: message.messages(4).map((one) => ({ type: one.text(1), attrs: one.map(2) })),
    error:
      error === null
        ? null
        : { code: error.int(1), canceled: error.int(1) === CANCELED, message: error.text(2) },
    created: message.time(6) ?? 0,
    completed: message.time(7),
    pinned: message.bool(14),
    response: message.map(9),
    steps: message.int(16),
    cachedSteps: message.int(15),
    completedSteps: message.int(17),
    warnings: message.int(19),
    errorFile: descriptorOf(message.message(18)),
    logs: descriptorOf(message.message(8)),
    ...resultsOf(message)
  }
}

/** Of a build for one platform, and of those for several. */
function resultsOf(message: Message): Pick<HistoryRecord, 'attestations' | 'results'> {
  const byPlatform = message
    .messages(11)
    .map((entry) => ({ platform: entry.text(1), result: entry.message(2) }))
  const all = [{ platform: '', result: message.message(10) }, ...byPlatform]
  const files = (of: (result: Message) => readonly (Message | null)[]): PlatformFile[] =>
    all.flatMap(({ platform, result }) =>
      (result === null ? [] : of(result)).flatMap((one) => {
        const file = descriptorOf(one)
        return file === null ? [] : [{ platform, file }]
      })
    )
  return {
    attestations: files((result) => result.messages(2)),
    results: files((result) => result.messages(3).map((entry) => entry.message(2)))
  }
}

function descriptorOf(message: Message | null): Descriptor | null {
  if (message === null || message.text(2) === '') return null
  return {
    mediaType: message.text(1),
    digest: message.text(2),
    sizeBytes: message.int(3),
    annotations: message.map(5)
  }
}
