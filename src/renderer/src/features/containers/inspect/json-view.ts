/** A read-only editor for JSON that only draws what is in view; CodeMirror, loaded with the first raw view. */
import { defaultKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { codeFolding, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorState, RangeSetBuilder, StateEffect, StateField } from '@codemirror/state'
import {
  Decoration,
  EditorView,
  keymap,
  lineNumbers,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { Match } from './find-matches'

interface Marks {
  readonly matches: readonly Match[]
  readonly current: number
}

const setMarks = StateEffect.define<Marks>()
const marksField = StateField.define<Marks>({
  create: () => ({ matches: [], current: 0 }),
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(setMarks)) return effect.value
    // Another text: the old places mean nothing in it.
    return transaction.docChanged ? { matches: [], current: 0 } : marks
  }
})

const plain = Decoration.mark({ class: 'cm-match' })
const chosen = Decoration.mark({ class: 'cm-match cm-match-current' })

/** Marks what is in view only: twenty thousand matches cost what a screenful costs. */
const marker = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = decorate(view)
    }
    update(update: ViewUpdate): void {
      const changed = update.startState.field(marksField) !== update.state.field(marksField)
      if (changed || update.docChanged || update.viewportChanged) this.decorations = decorate(update.view)
    }
  },
  { decorations: ({ decorations }) => decorations }
)

function decorate(view: EditorView): DecorationSet {
  const { matches, current } = view.state.field(marksField)
  const builder = new RangeSetBuilder<Decoration>()
  const { from, to } = view.viewport
  matches.forEach((match, index) => {
    if (match.to > from && match.from < to)
      builder.add(match.from, match.to, index === current ? chosen : plain)
  })
  return builder.finish()
}

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--state-ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--state-warn)' }
])

const looks = EditorView.theme({
  '&': {
    height: '100%',
    fontSize: 'var(--text-small)',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)'
  },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.5' },
  '.cm-gutters': { backgroundColor: 'var(--surface-sunken)', color: 'var(--text-muted)', border: '0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--surface-hover)', border: '0', color: 'var(--text)' },
  '.cm-match': { backgroundColor: 'var(--tint-warn)', outline: '1px solid var(--state-warn)' },
  '.cm-match-current': { outline: '2px solid var(--state-warn)' },
  '.cm-content ::selection, &.cm-focused .cm-content ::selection': {
    color: 'var(--text-on-accent)',
    backgroundColor: 'var(--accent)'
  }
})

export class JsonView {
  readonly #view: EditorView

  constructor(parent: HTMLElement) {
    const extensions = [
      lineNumbers(),
      codeFolding(),
      foldGutter(),
      json(),
      syntaxHighlighting(colours),
      looks,
      EditorView.lineWrapping,
      EditorState.readOnly.of(true),
      EditorView.contentAttributes.of({ 'aria-label': 'Raw JSON', 'aria-readonly': 'true', tabindex: '0' }),
      keymap.of([...foldKeymap, ...defaultKeymap]),
      marksField,
      marker
    ]
    this.#view = new EditorView({ parent, state: EditorState.create({ extensions }) })
  }

  /** Shows another text; what was in view stays in view as far as it is still there. */
  show(text: string): void {
    const before = this.#view.state.doc
    if (before.toString() === text) return
    const top = this.#view.scrollDOM.scrollTop
    this.#view.dispatch({ changes: { from: 0, to: before.length, insert: text } })
    this.#view.requestMeasure({
      read: () => undefined,
      write: () => {
        this.#view.scrollDOM.scrollTop = top
      }
    })
  }

  /** Marks matches and brings the current one into view. */
  mark(matches: readonly Match[], current: number): void {
    const index = Math.min(current, Math.max(0, matches.length - 1))
    const at = matches[index]
    this.#view.dispatch({
      effects: [
        setMarks.of({ matches, current: index }),
        ...(at === undefined ? [] : [EditorView.scrollIntoView(at.from, { y: 'center' })])
      ]
    })
  }

  destroy(): void {
    this.#view.destroy()
  }
}
