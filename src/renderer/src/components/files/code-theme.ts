/** The looks of CodeView, out of the app's tokens: light, dark and contrast come by themselves. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string), tags.attributeValue], color: 'var(--state-ok)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--state-warn)' },
  { tag: [tags.comment, tags.meta], color: 'var(--text-muted)', fontStyle: 'italic' },
  { tag: [tags.propertyName, tags.attributeName, tags.tagName], color: 'var(--accent)' },
  { tag: [tags.invalid, tags.deleted], color: 'var(--state-danger)' },
  { tag: tags.inserted, color: 'var(--state-ok)' }
])

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--text)' },
  '&.cm-focused, .cm-content:focus-visible': { outline: 'none' },
  // Around all of it: an outline would be behind the gutter and the scrollbars.
  '&.cm-focused::after': {
    content: '""',
    position: 'absolute',
    zIndex: '300',
    inset: '0',
    border: '2px solid var(--focus)',
    pointerEvents: 'none'
  },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', fontSize: 'var(--text-small)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--text)' },
  // The page's own selection brings a colour for text on its background; here the editor draws another one.
  '.cm-line::selection, .cm-line ::selection': { color: 'currentcolor !important' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text-muted)',
    borderRight: '1px solid var(--line)'
  },
  // The selection is drawn below the lines: it has to shine through.
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in srgb, var(--text) 6%, transparent)'
  },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--surface-selected) !important'
  },
  '.cm-panels': { backgroundColor: 'var(--surface-chrome)', color: 'var(--text)' },
  '.cm-searchMatch': { backgroundColor: 'var(--tint-warn)', outline: '1px solid var(--state-warn)' },
  '.cm-specialChar': { color: 'var(--state-danger)' }
})

export const codeTheme = [look, syntaxHighlighting(highlight)]
