/** Where a link of an image leads, as a path in the image; null for what is no link or leads nowhere. Pure. */
import type { FileEntry } from '@shared/contract/image-files'

export function linkTarget({ kind, link, path }: Pick<FileEntry, 'kind' | 'link' | 'path'>): string | null {
  if (link === null || link === '' || (kind !== 'symlink' && kind !== 'hardlink')) return null
  // A hard link is written from the root, with or without a slash.
  const base = kind === 'hardlink' || link.startsWith('/') ? [] : path.split('/').slice(0, -1)
  const out: string[] = []
  for (const name of [...base, ...link.split('/')]) {
    if (name === '..') out.pop()
    else if (name !== '' && name !== '.') out.push(name)
  }
  return `/${out.join('/')}`
}
