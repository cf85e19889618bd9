/** The line below a log: how much there is, and what its containers are at. Pure. */
import type { LogSource, LogViewState } from '@shared/contract/logs'

const WORDS: Readonly<Record<LogSource['state'], string>> = {
  reading: 'reading what was written before',
  following: 'following',
  ended: 'the container does not run',
  removed: 'the container was removed',
  waiting: 'waiting for the engine',
  unreadable: 'cannot be read'
}

/** What a log is of. */
export type LogWriter = 'container' | 'build'

export function stateText(
  { firstRow, endRow, sources }: LogViewState,
  follow: boolean,
  writer: LogWriter = 'container'
): string {
  const count = endRow - firstRow
  const lines = `${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}`
  const [first] = sources
  if (sources.length === 1 && first !== undefined) {
    const state =
      first.state === 'following' && !follow ? 'scrolled back; new lines come in below' : WORDS[first.state]
    return `${lines} · ${writer === 'build' && first.state === 'ended' ? 'the end' : state}`
  }
  const live = sources.filter(({ state }) => state === 'following' || state === 'reading').length
  return `${lines} of ${sources.length} containers · ${live} running`
}
