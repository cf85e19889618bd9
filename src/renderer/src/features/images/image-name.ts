/** Whether a text can be given to an image as its name. Pure. */
import { parseReference } from '@shared/docker/reference'

/** What is wrong with it in one or two sentences; null when it is a name. */
export function nameMistake(text: string): string | null {
  const result = parseReference(text)
  if (result.ok) return result.reference.digest === null ? null : 'A digest cannot be given to an image.'
  return result.suggestion === undefined ? result.message : `${result.message} Try ${result.suggestion}.`
}
