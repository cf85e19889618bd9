/** The looks of what floats over the editor and of its marks, out of the app's tokens. Beside code-theme.ts. */
import { EditorView } from '@codemirror/view'

export const editorTheme = EditorView.theme({
  '.cm-tooltip': {
    border: '1px solid var(--line)',
    borderRadius: 'var(--radius)',
    backgroundColor: 'var(--surface-raised)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow-raised)'
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--font-mono)',
    fontSize: 'var(--text-small)',
    maxHeight: '220px'
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--surface-selected)',
    color: 'var(--text)'
  },
  '.cm-completionDetail': { color: 'var(--text-muted)', fontStyle: 'normal' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-completionInfo': { maxWidth: '320px', padding: '6px 8px', fontSize: 'var(--text-small)' },
  '.cm-tooltip-lint': { maxWidth: '460px' },
  '.cm-diagnostic': { padding: '4px 8px', border: '0', fontSize: 'var(--text-small)' },
  '.cm-diagnosticSource': { color: 'var(--text-muted)', fontSize: 'inherit', opacity: '1' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--state-danger)',
    textDecorationSkipInk: 'none'
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--state-warn)',
    textDecorationSkipInk: 'none'
  },
  '.cm-lintRange-active': { backgroundColor: 'var(--surface-hover)' },
  '.cm-gutter-lint': { width: '16px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0 2px' },
  '.cm-lint-marker': {
    width: '8px',
    height: '8px',
    margin: '5px 2px',
    borderRadius: '50%',
    content: 'none !important'
  },
  '.cm-lint-marker-error': { backgroundColor: 'var(--state-danger)', content: 'none !important' },
  '.cm-lint-marker-warning': {
    backgroundColor: 'var(--state-warn)',
    borderRadius: '2px',
    content: 'none !important'
  },
  '.cm-hover-help': { maxWidth: '420px', padding: '6px 8px', fontSize: 'var(--text-small)' },
  '.cm-hover-help strong': { fontFamily: 'var(--font-mono)', fontWeight: '600' },
  '.cm-hover-help .address': { color: 'var(--text-muted)', overflowWrap: 'anywhere' }
})
