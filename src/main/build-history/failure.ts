/**
 * Where a build failed, out of the error BuildKit keeps for it: a `google.rpc.Status` with details, of which those that name a
 * source have the file and its lines. Pure; called by detail.ts.
 */
import { z } from 'zod'
import { plainText } from '@shared/docker/text'
import { Message } from '../docker/buildkit/wire'

const MOST_MESSAGE = 64 * 1024

const Position = z.object({ line: z.number().default(0) }).nullish()
const Source = z.object({
  info: z.object({ filename: z.string().default(''), data: z.string().default('') }).nullish(),
  ranges: z.array(z.object({ start: Position, end: Position })).nullish()
})

export interface FailedSource {
  readonly name: string
  readonly text: string
  readonly lines: readonly { readonly from: number; readonly to: number }[]
}

export interface Failure {
  readonly message: string
  readonly sources: readonly FailedSource[]
}

export function readFailure(status: Buffer): Failure {
  const message = new Message(status)
  return {
    message: plainText(message.text(2)).slice(0, MOST_MESSAGE),
    sources: message.messages(3).flatMap((detail) => {
      if (!detail.text(1).includes('errdefs.Source')) return []
      const source = parsedSource(detail.text(2))
      return source === null ? [] : [source]
    })
  }
}

function parsedSource(text: string): FailedSource | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = Source.safeParse(value)
  if (!parsed.success || !parsed.data.info) return null
  const { info, ranges } = parsed.data
  return {
    name: plainText(info.filename) || 'Dockerfile',
    text: Buffer.from(info.data, 'base64').toString('utf8'),
    lines: (ranges ?? []).flatMap(({ start, end }) => {
      const from = start?.line ?? 0
      return from > 0 ? [{ from, to: Math.max(from, end?.line ?? from) }] : []
    })
  }
}
