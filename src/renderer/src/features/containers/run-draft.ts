/**
 * A form for the run dialog that another page has filled in ("Run with another port"). It waits here for the dialog of its
 * image, which takes it once; the address only says which image.
 */
import type { RunDraft } from '@shared/contract/stop-report'
import { shellCommand } from '@shared/docker/command'
import { emptyForm, type RunForm } from './run-form'

interface Waiting {
  readonly form: RunForm
  /** What the form has no place for, in words. */
  readonly leftOut: readonly string[]
}

let waiting: Waiting | null = null

export function leaveRunDraft(draft: RunDraft, leftOut: readonly string[]): void {
  const lines = (list: readonly string[]): string[] => (list.length === 0 ? [''] : [...list])
  waiting = {
    leftOut,
    form: {
      ...emptyForm(draft.image),
      name: draft.name,
      command: shellCommand(draft.command),
      ports: lines(draft.ports),
      env: lines(draft.env),
      volumes: lines(draft.volumes)
    }
  }
}

/** The draft for this image, if one waits; it is then gone. */
export function takeRunDraft(image: string): Waiting | null {
  if (waiting === null || waiting.form.image !== image) return null
  const taken = waiting
  waiting = null
  return taken
}
