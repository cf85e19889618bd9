/**
 * What a build did, step by step, with every line it printed: told whole for one that is over, as it happens for one that runs.
 * Messages that are there already go out together. Called by service.ts.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BuildSteps } from '@shared/builds/solve-status'
import type { BuildLine, BuildProgress } from '@shared/contract/build-history'
import { logText } from '@shared/docker/log-text'
import { oneLine } from '@shared/docker/text'
import { solveStatus } from '../docker/buildkit/status'

/** A batch is told when it has so many lines, however much more is there. */
const MOST_LINES = 2000
const MOST_LINE = 16_384
/** Of a line as it was printed: a progress bar's end is what counts. */
const MOST_RAW = 256 * 1024
const MOST_WARNINGS = 200

export async function* buildProgress(
  messages: AsyncGenerator<Buffer, void, undefined>,
  { stepsOnly = false }: { readonly stepsOnly?: boolean } = {}
): AsyncGenerator<BuildProgress, void, undefined> {
  const build = new Replay(stepsOnly)
  try {
    let next = messages.next()
    for (;;) {
      const told = await Promise.race([next, nextTurn(null)])
      if (told === null || build.full) yield build.take()
      const { done, value } = told ?? (await next)
      if (done === true) break
      build.read(value)
      next = messages.next()
    }
    build.end()
    yield build.take()
  } finally {
    await messages.return(undefined)
  }
}

class Replay {
  readonly #steps = new BuildSteps()
  readonly #changed = new Set<string>()
  /** What of a step's output has no line feed yet. */
  readonly #rest = new Map<string, Buffer>()
  #lines: BuildLine[] = []
  #ended = false
  readonly #stepsOnly: boolean

  constructor(stepsOnly: boolean) {
    this.#stepsOnly = stepsOnly
  }

  get full(): boolean {
    return this.#lines.length >= MOST_LINES
  }

  read(message: Buffer): void {
    const status = solveStatus(message)
    for (const digest of this.#steps.take(status)) this.#changed.add(digest)
    for (const { vertex, data } of status.logs) {
      const bytes = Buffer.concat([this.#rest.get(vertex) ?? Buffer.alloc(0), data])
      const end = bytes.lastIndexOf(10)
      this.#rest.set(vertex, Buffer.from(bytes.subarray(end + 1)))
      if (end >= 0) this.#print(vertex, bytes.subarray(0, end))
    }
  }

  /** Nothing more comes: what has no line feed is a line too. */
  end(): void {
    for (const [vertex, rest] of this.#rest) if (rest.length > 0) this.#print(vertex, rest)
    this.#rest.clear()
    const ends = this.#steps.list.map(({ endedAt, startedAt }) => endedAt ?? startedAt)
    this.#steps.end(ends.reduce((latest, at) => Math.max(latest, at), 0))
    for (const { id } of this.#steps.list) this.#changed.add(id)
    this.#ended = true
  }

  take(): BuildProgress {
    const steps = [...this.#changed].flatMap((digest) => this.#steps.get(digest) ?? [])
    const lines = this.#lines
    this.#changed.clear()
    this.#lines = []
    return {
      steps,
      lines,
      totals: this.#steps.totals,
      warnings: this.#steps.warnings.slice(0, MOST_WARNINGS).map(({ text, detail, url, line }) => ({
        text: oneLine(text),
        detail: oneLine(detail.join(' ')),
        url: oneLine(url),
        line
      })),
      ended: this.#ended
    }
  }

  #print(vertex: string, bytes: Buffer): void {
    const step = this.#steps.get(vertex)?.number ?? 0
    const texts = bytes.toString('utf8').split('\n')
    this.#steps.addLines(vertex, texts.length)
    this.#changed.add(vertex)
    if (this.#stepsOnly) return
    for (const text of texts) this.#lines.push({ step, ...shownLine(text) })
  }
}

/** As a log shows it: what a progress bar writes over and over is one line, and colours are kept. */
function shownLine(raw: string): Pick<BuildLine, 'text' | 'spans'> {
  const { text, spans } = logText(raw.replace(/\r+$/, '').slice(-MOST_RAW))
  const cut = text.slice(0, MOST_LINE)
  return { text: cut, spans: spans.filter(({ start }) => start < cut.length) }
}
