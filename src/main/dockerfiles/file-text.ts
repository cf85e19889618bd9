/** The bytes of a Dockerfile as text to edit, and back: mark, line ends and all. Pure. Used by service.ts. */
import { AppError } from '@shared/errors'

export interface FileText {
  /** Lines end with a line feed. */
  readonly text: string
  readonly bom: boolean
  /** Every line of the file ends with both. One that mixes them keeps its carriage returns in the text. */
  readonly crlf: boolean
}

/** @throws AppError `InvalidParameter` for what is no text. */
export function textOf(bytes: Uint8Array, path: string): FileText {
  let whole: string
  try {
    whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw noText(path, cause)
  }
  if (whole.includes('\0')) throw noText(path)
  const bom = whole.startsWith('\ufeff')
  const raw = bom ? whole.slice(1) : whole
  const crlf = raw.includes('\r\n') && !/(?<!\r)\n/.test(raw) && !/\r(?!\n)/.test(raw)
  return { text: crlf ? raw.replaceAll('\r\n', '\n') : raw, bom, crlf }
}

export function bytesOf(text: string, { bom, crlf }: Pick<FileText, 'bom' | 'crlf'>): Buffer {
  const lines = crlf ? text.replace(/\r?\n/g, '\r\n') : text
  return Buffer.from(bom ? `\ufeff${lines}` : lines)
}

function noText(path: string, cause?: unknown): AppError {
  return new AppError('InvalidParameter', `${path} is no text in UTF-8.`, {
    hint: 'Only text can be edited: choose another file.',
    cause
  })
}
