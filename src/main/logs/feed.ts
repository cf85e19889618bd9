/** What fills a log's lines: the reader of a container, or a build that writes them itself. Implemented by reader.ts. */
import type { LogSource } from '@shared/contract/logs'
import type { AppError } from '@shared/errors'
import type { LineStore } from './line-store'

export interface LogFeed {
  readonly state: LogSource['state']
  readonly problem: AppError | null
  /** There are older lines that were not read. */
  readonly olderUnread: boolean
  readonly running: boolean
  /** Somebody looks. */
  start(): void
  /** Nobody looks any more. */
  stop(): void
  /** There may be news of what writes. */
  poke(): void
}

export interface WrittenLog {
  readonly store: LineStore
  readonly reader: LogFeed
}

/** Logs that are no container's, by ids of their own. */
export interface OtherLogs {
  owns(id: string): boolean
  /** @throws AppError `NotFound` when it is not kept any more. `onChange` is called while somebody looks. */
  open(id: string, onChange: () => void): WrittenLog
}
