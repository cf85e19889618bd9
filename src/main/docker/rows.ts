/**
 * Lists of the engine, row by row through a schema: one row the schema does not know must not blank the whole page.
 * Called by the noun files of this folder.
 */
import type { z } from 'zod'
import { AppError } from '@shared/errors'

/** Rows that fit the schema, and how many did not. Fails only when the reply is no list at all. */
export function parseRows<S extends z.ZodType>(
  schema: S,
  reply: unknown,
  onSkipped: (reason: string) => void = () => undefined
): z.output<S>[] {
  if (reply === null) return []
  if (!Array.isArray(reply)) throw unexpectedReply('not a list')
  const rows: z.output<S>[] = []
  for (const row of reply as unknown[]) {
    const parsed = schema.safeParse(row)
    if (parsed.success) rows.push(parsed.data)
    else onSkipped(issueText(parsed.error))
  }
  return rows
}

/** One object through its schema; an unexpected shape is an error that says where it differs. */
export function parseReply<S extends z.ZodType>(schema: S, reply: unknown): z.output<S> {
  const parsed = schema.safeParse(reply)
  if (parsed.success) return parsed.data
  throw unexpectedReply(issueText(parsed.error), parsed.error)
}

function issueText(error: z.ZodError): string {
  const issue = error.issues[0]
  // Paths and rules only: values may be secrets (environment variables).
  return issue === undefined ? 'unknown' : `${issue.path.join('.')}: ${issue.code}`
}

function unexpectedReply(where: string, cause?: unknown): AppError {
  return new AppError('System', 'The engine’s answer has a form Quayside does not know.', {
    hint: 'The engine may be newer than this version of Quayside.',
    details: { where },
    cause
  })
}
