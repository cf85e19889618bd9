/** A file of an image in words: kind, sizes, mode, what was done to it. Pure. */
import { modeText as bitsText, timeText } from '@/components/files/file-text'
import type { SortKey } from '@/components/files/tree-types'
import type { FileEntry } from '@shared/contract/image-files'
import { humanSize } from '@shared/docker/size'

type Badge = NonNullable<FileEntry['badge']>
export const BADGE_WORDS: Readonly<Record<Badge, string>> = {
  added: 'Added',
  changed: 'Changed',
  removed: 'Removed'
}
/** The class names of file-tree-row.css. */
export const BADGE_CLASSES: Readonly<Record<Badge, string>> = {
  added: 'added',
  changed: 'changed',
  removed: 'deleted'
}

const WORDS: Readonly<Record<FileEntry['kind'], string>> = {
  file: 'file',
  directory: 'folder',
  symlink: 'symbolic link',
  hardlink: 'hard link',
  character: 'character device',
  block: 'block device',
  fifo: 'named pipe'
}

export const kindWord = ({ kind }: Pick<FileEntry, 'kind'>): string => WORDS[kind]

/** As `ls -l` writes it. */
export function modeText({ kind, mode }: Pick<FileEntry, 'kind' | 'mode'>): string {
  return bitsText({ type: kind === 'hardlink' ? 'file' : kind, mode })
}

/** Bytes of a file, and of all that is in a folder. */
export function sizeText(entry: Pick<FileEntry, 'kind' | 'sizeBytes' | 'totalBytes'>): string {
  if (entry.kind === 'directory') return humanSize(entry.totalBytes, 3)
  return entry.kind === 'file' || entry.kind === 'hardlink' ? humanSize(entry.sizeBytes, 3) : ''
}

export function entryCells(entry: FileEntry): Readonly<Record<SortKey, string>> {
  return {
    name: '',
    size: sizeText(entry),
    mtime: timeText(entry.modifiedAt),
    mode: modeText(entry),
    owner: `${entry.uid}:${entry.gid}`
  }
}

/** What is not as it was: `Size 10B → 12B, mode -rw-r--r-- → -rwxr-xr-x`. */
export function changeText({ before, ...entry }: FileEntry): string {
  if (before === null) return entry.badge === null ? '' : BADGE_WORDS[entry.badge]
  const changes = [
    ...(before.kind === entry.kind ? [] : [`kind ${kindWord(before)} → ${kindWord(entry)}`]),
    ...(before.sizeBytes === entry.sizeBytes
      ? []
      : [`size ${humanSize(before.sizeBytes)} → ${humanSize(entry.sizeBytes)}`]),
    ...(before.mode === entry.mode ? [] : [`mode ${modeText(before)} → ${modeText(entry)}`]),
    ...(before.uid === entry.uid && before.gid === entry.gid
      ? []
      : [`owner ${before.uid}:${before.gid} → ${entry.uid}:${entry.gid}`]),
    ...(before.link === entry.link ? [] : [`target ${before.link ?? 'none'} → ${entry.link ?? 'none'}`])
  ]
  return `Changed: ${changes.length === 0 ? 'its content or time' : changes.join(', ')}`
}

/** For those who do not see the columns. */
export function describeEntry(entry: FileEntry): string {
  const change = entry.badge === null ? '' : BADGE_WORDS[entry.badge]
  const damaged = entry.damaged ? 'Damaged name' : ''
  return [kindWord(entry), change, sizeText(entry), damaged].filter((word) => word !== '').join(', ')
}
