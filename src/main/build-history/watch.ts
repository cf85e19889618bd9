/**
 * The engine's builds for as long as somebody looks: BuildKit tells of each that begins, ends or is deleted, so nothing is asked
 * twice. One connection for each reader, closed with it. Called by service.ts.
 */
import type { BuildRecord } from '@shared/contract/build-history'
import { toAppError } from '@shared/errors'
import type { Change } from '@shared/patch'
import type { BuildKit } from '../docker/buildkit/grpc'
import { listen, type HistoryEvent, type HistoryRecord } from '../docker/buildkit/records'
import { ChangeBox } from './change-box'

export type ToRow = (record: HistoryRecord) => Promise<BuildRecord>

/**
 * BuildKit does not say where its list ends and the news begin: the news are listened to first, then the list is asked for by
 * itself, and what both tell is told once.
 */
export async function* watchBuilds(
  buildkit: BuildKit,
  toRow: ToRow,
  signal: AbortSignal
): AsyncGenerator<Change<BuildRecord>, void, undefined> {
  const leaving = new AbortController()
  const either = AbortSignal.any([signal, leaving.signal])
  const box = new ChangeBox<BuildRecord>()
  const listening = follow(listen(buildkit, {}, either), toRow, box)
  try {
    const items: BuildRecord[] = []
    for await (const { record } of listen(buildkit, { listOnly: true }, either))
      items.push(await toRow(record))
    box.start(items)
    yield* box.take(either)
    await listening
  } finally {
    leaving.abort()
    await listening
  }
}

async function follow(
  events: AsyncIterable<HistoryEvent>,
  toRow: ToRow,
  box: ChangeBox<BuildRecord>
): Promise<void> {
  try {
    for await (const { kind, record } of events) {
      if (kind === 'deleted') box.remove(record.ref)
      else box.put(await toRow(record))
    }
    box.end(null)
  } catch (error) {
    box.end(toAppError(error))
  }
}
