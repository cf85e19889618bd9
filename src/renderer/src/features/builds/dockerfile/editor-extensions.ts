/** What makes a CodeMirror an editor of Dockerfiles: language, completion, help, marks, keys. Used by DockerfileEditor.vue. */
import { autocompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { indentUnit, StreamLanguage } from '@codemirror/language'
import { dockerFile } from '@codemirror/legacy-modes/mode/dockerfile'
import { lintGutter, nextDiagnostic, previousDiagnostic, type Diagnostic } from '@codemirror/lint'
import { search, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension, type Text } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
  type KeyBinding
} from '@codemirror/view'
import { MOST_CHECKED_CHARACTERS } from '@shared/docker/dockerfile-limits'
import { codeTheme } from '@/components/files/code-theme'
import { completionSource, type Known } from './completion-source'
import { editorTheme } from './editor-theme'
import type { Finding } from './language/finding'
import { formatDockerfile } from './language/format'
import { helpAt } from './language/help'

export interface EditorEvents {
  readonly save: () => void
  readonly attributes: () => Readonly<Record<string, string>>
}

export function editorExtensions(known: Known, { save, attributes }: EditorEvents): Extension[] {
  return [
    // Of a file that mixes line ends the returns stay, and are seen.
    EditorState.lineSeparator.of('\n'),
    EditorState.tabSize.of(4),
    indentUnit.of('    '),
    lineNumbers(),
    lintGutter(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    highlightSpecialChars({ addSpecialChars: /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/ }),
    StreamLanguage.define(dockerFile),
    // A list that is seen can be chosen from at once.
    autocompletion({ override: [completionSource(known)], icons: false, interactionDelay: 0 }),
    hoverTooltip(hover),
    search({ top: true }),
    keymap.of([
      ...keysOf(save),
      ...completionKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...defaultKeymap,
      // Escape before it, and Tab leaves the editor.
      indentWithTab
    ]),
    EditorView.contentAttributes.of(attributes),
    codeTheme,
    editorTheme
  ]
}

function keysOf(save: () => void): KeyBinding[] {
  return [
    {
      key: 'Mod-s',
      run: () => {
        save()
        return true
      }
    },
    { key: 'Shift-Alt-f', run: format },
    { key: 'F8', run: nextDiagnostic, shift: previousDiagnostic }
  ]
}

/** One step to undo; the cursor stays on its line. */
export function format(view: EditorView): boolean {
  if (view.state.readOnly) return false
  const before = view.state.sliceDoc()
  const after = formatDockerfile(before)
  if (after === before) return true
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before.charAt(head) === after.charAt(head)) head += 1
  let tail = 0
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1
  const { number } = view.state.doc.lineAt(view.state.selection.main.head)
  view.dispatch({
    changes: { from: head, to: before.length - tail, insert: after.slice(head, after.length - tail) },
    userEvent: 'format'
  })
  const line = view.state.doc.line(Math.min(number, view.state.doc.lines))
  view.dispatch({ selection: { anchor: line.to }, scrollIntoView: true })
  return true
}

function hover(view: EditorView, pos: number) {
  const line = view.state.doc.lineAt(pos)
  if (view.state.doc.length > MOST_CHECKED_CHARACTERS) return null
  const help = helpAt(view.state.sliceDoc(), line.number, pos - line.from, false)
  if (help === null) return null
  return {
    pos,
    create() {
      const dom = document.createElement('div')
      dom.className = 'cm-hover-help'
      const title = document.createElement('strong')
      title.textContent = help.title
      const text = document.createElement('div')
      text.textContent = help.text
      const address = document.createElement('div')
      address.className = 'address'
      address.textContent = help.url
      dom.append(title, text, address)
      return { dom }
    }
  }
}

const MOST_MARKS = 1000

/** Of findings those that fit the text; a place that is gone is none. */
export function diagnosticsOf(doc: Text, findings: readonly Finding[]): Diagnostic[] {
  return findings
    .slice(0, MOST_MARKS)
    .filter(({ line }) => line <= doc.lines)
    .map(({ line, endLine, columns, severity, rule, message }) => {
      const first = doc.line(line)
      const last = doc.line(Math.min(endLine, doc.lines))
      const from = Math.min(first.to, first.from + (columns?.from ?? indentOf(first.text)))
      const to = columns === null ? last.to : Math.min(first.to, first.from + columns.to)
      return { from, to: Math.max(from, to), severity, message, source: rule }
    })
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length
}
