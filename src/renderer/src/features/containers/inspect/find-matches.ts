/** Where a text is found in another, whatever the case of its letters. Pure. */

/** More than anybody goes through; a single letter in a large body has no more than this. */
const MOST_MATCHES = 20_000

export interface Match {
  readonly from: number
  readonly to: number
}

export function findMatches(text: string, search: string): readonly Match[] {
  if (search === '') return []
  const matches: Match[] = []
  const pattern = new RegExp(search.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu')
  for (const match of text.matchAll(pattern)) {
    matches.push({ from: match.index, to: match.index + match[0].length })
    if (matches.length === MOST_MATCHES) break
  }
  return matches
}
