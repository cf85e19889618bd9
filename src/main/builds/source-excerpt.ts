/** The lines of the Dockerfile that buildx prints around the one that failed. Pure. */
import type { SourceExcerpt } from '@shared/contract/builds'
import { plainText } from '@shared/docker/text'

const HEAD = /^(.+):(\d+)$/
const RULE = /^-{10,}$/
const LINE = /^\s*(\d+) \|(?:( >>>) ?| {1,5})?(.*)$/

/** The last excerpt in what buildx said: it belongs to the error that follows. */
export function sourceExcerpt(said: readonly string[]): SourceExcerpt | null {
  let found: SourceExcerpt | null = null
  for (let at = 0; at + 2 < said.length; at += 1) {
    const head = HEAD.exec(said[at] ?? '')
    if (head === null || !RULE.test(said[at + 1] ?? '')) continue
    const lines = linesFrom(said, at + 2)
    if (lines.length === 0) continue
    const line = lines.find(({ marked }) => marked)?.number ?? Number(head[2])
    found = { file: plainText(head[1] ?? ''), line, lines }
  }
  return found
}

function linesFrom(said: readonly string[], from: number): SourceExcerpt['lines'] {
  const lines: { number: number; text: string; marked: boolean }[] = []
  for (let at = from; at < said.length; at += 1) {
    const match = LINE.exec(said[at] ?? '')
    if (match === null) break
    lines.push({ number: Number(match[1]), text: plainText(match[3] ?? ''), marked: match[2] !== undefined })
  }
  return lines
}
