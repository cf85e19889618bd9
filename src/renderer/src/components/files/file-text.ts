/** A file's facts in words: mode, owner, time, kind. Pure. */
import { humanSize } from '@shared/docker/size'
import type { ChangeKind, FileEntry } from './tree-types'

const LETTERS: Readonly<Record<FileEntry['type'], string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  block: 'b',
  character: 'c',
  fifo: 'p',
  socket: 's',
  other: '-'
}

const WORDS: Readonly<Record<FileEntry['type'], string>> = {
  file: 'file',
  directory: 'folder',
  symlink: 'symbolic link',
  block: 'block device',
  character: 'character device',
  fifo: 'named pipe',
  socket: 'socket',
  other: 'special file'
}

export function typeWord({ type }: Pick<FileEntry, 'type'>): string {
  return WORDS[type]
}

export const CHANGE_WORDS: Readonly<Record<ChangeKind, string>> = {
  added: 'Added',
  changed: 'Changed',
  deleted: 'Deleted'
}

/** As `ls -l` writes it: `-rwxr-sr-t`. */
export function modeText({ type, mode }: Pick<FileEntry, 'type' | 'mode'>): string {
  const triple = (shift: number, special: boolean, letter: string): string => {
    const bits = (mode >> shift) & 7
    const execute = (bits & 1) !== 0
    const last = special ? (execute ? letter : letter.toUpperCase()) : execute ? 'x' : '-'
    return `${(bits & 4) !== 0 ? 'r' : '-'}${(bits & 2) !== 0 ? 'w' : '-'}${last}`
  }
  const special = mode >> 9
  return (
    LETTERS[type] +
    triple(6, (special & 4) !== 0, 's') +
    triple(3, (special & 2) !== 0, 's') +
    triple(0, (special & 1) !== 0, 't')
  )
}

export function ownerText({ uid, gid }: Pick<FileEntry, 'uid' | 'gid'>): string {
  return `${uid}:${gid}`
}

/** Only of regular files: what a folder's own size is says nothing. */
export function sizeText({ type, size }: Pick<FileEntry, 'type' | 'size'>): string {
  return type === 'file' ? humanSize(size) : ''
}

const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' })

export function timeText(mtime: number): string {
  return Number.isFinite(mtime) && mtime > 0 && mtime < 8.64e15 ? format.format(mtime) : ''
}
