/** Completion for CodeMirror out of language/completions.ts; the names of files are asked for. Used by editor-extensions.ts. */
import {
  insertCompletionText,
  pickedCompletion,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult
} from '@codemirror/autocomplete'
import type { EditorView } from '@codemirror/view'
import { MOST_CHECKED_CHARACTERS } from '@shared/docker/dockerfile-limits'
import { completionsAt, type Offer } from './language/completions'

export interface Known {
  /** `repository:tag` of every image in the engine. */
  readonly images: () => readonly string[]
  /** The names in a folder of the context, folders with a slash. */
  readonly names: (folder: string) => Promise<readonly string[]>
}

/** Behind these something is offered at once; elsewhere a letter has to be typed first, or Ctrl+Space. */
const INVITING = /[=,/$]$/

export function completionSource({ images, names }: Known) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const { state, pos, explicit } = context
    if (state.doc.length > MOST_CHECKED_CHARACTERS) return null
    const line = state.doc.lineAt(pos)
    const column = pos - line.from
    const { replaced, offers, filesOf } = completionsAt(state.sliceDoc(), line.number, column, images())
    if (!explicit && replaced === 0 && !INVITING.test(line.text.slice(0, column))) return null
    const files = filesOf === null ? [] : await names(filesOf).catch(() => [])
    if (context.aborted) return null
    const options = [...offers.map(optionOf), ...files.map(fileOption)]
    return options.length === 0 ? null : { from: pos - replaced, options }
  }
}

function optionOf({ label, kind, detail, help, apply }: Offer): Completion {
  return {
    label,
    type: kind,
    apply: applied(apply ?? label),
    ...(detail === undefined ? {} : { detail }),
    ...(help === undefined ? {} : { info: help })
  }
}

function fileOption(name: string): Completion {
  return {
    label: name,
    type: name.endsWith('/') ? 'namespace' : 'text',
    apply: applied(name),
    boost: name.startsWith('.') ? -1 : 0
  }
}

/** What ends openly is gone on with at once: a flag's value, what is in a folder. */
function applied(text: string) {
  return (view: EditorView, completion: Completion, from: number, to: number): void => {
    view.dispatch({
      ...insertCompletionText(view.state, text, from, to),
      annotations: pickedCompletion.of(completion)
    })
    if (/[=/]$/.test(text)) startCompletion(view)
  }
}
