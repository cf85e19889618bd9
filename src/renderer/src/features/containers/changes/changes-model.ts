/** `docker diff` in groups, in the order of its letters, each by path. Pure. */
import type { FileChange } from '@shared/contract/files'

export interface ChangeGroup {
  readonly kind: FileChange['kind']
  readonly letter: 'A' | 'C' | 'D'
  readonly word: string
}

export const CHANGE_GROUPS: readonly ChangeGroup[] = [
  { kind: 'added', letter: 'A', word: 'Added' },
  { kind: 'changed', letter: 'C', word: 'Changed' },
  { kind: 'deleted', letter: 'D', word: 'Deleted' }
]

export type ChangeLine =
  | { readonly kind: 'group'; readonly key: string; readonly group: ChangeGroup; readonly count: number }
  | { readonly kind: 'change'; readonly key: string; readonly group: ChangeGroup; readonly path: string }

/** Group headings and paths, those with the query in them; groups that are left out of `shown` are left out. */
export function changeLines(
  changes: readonly FileChange[],
  query: string,
  shown: ReadonlySet<FileChange['kind']>
): ChangeLine[] {
  const wanted = query.toLowerCase()
  return CHANGE_GROUPS.filter(({ kind }) => shown.has(kind)).flatMap((group) => {
    const paths = changes
      .filter(({ kind, path }) => kind === group.kind && path.toLowerCase().includes(wanted))
      .map(({ path }) => path)
      // The engine's order is another one each time.
      .sort()
    if (paths.length === 0) return []
    return [
      { kind: 'group', key: group.letter, group, count: paths.length } as const,
      ...paths.map((path) => ({ kind: 'change', key: `${group.letter} ${path}`, group, path }) as const)
    ]
  })
}
