/** What can be done with one image: the entries of its row's menu, and the docker commands it equals. */
import { CloudUpload, Copy, FolderOutput, FolderSearch, Tag, Terminal } from '@lucide/vue'
import type { MenuItem } from '@/components/menu'
import { saveImagesCommand, shellCommand } from '@shared/docker/command'
import type { ImageRow } from './image-model'

export type ImageVerb =
  'run' | 'remove' | 'open' | 'tag' | 'push' | 'save' | 'copy-id' | 'copy-digest' | 'copy-tag' | 'command'

export function imageMenu(row: ImageRow): readonly MenuItem[] {
  return [
    { id: 'open', label: 'Open', icon: FolderSearch },
    { id: 'tag', label: 'Tag', icon: Tag },
    ...(row.dangling ? [] : [{ id: 'push', label: 'Push', icon: CloudUpload }]),
    { id: 'save', label: 'Save', icon: FolderOutput },
    { id: 'copy-id', label: 'Copy id', icon: Copy, separated: true },
    { id: 'copy-digest', label: 'Copy digest', icon: Copy, disabled: row.digest === null },
    ...(row.dangling ? [] : [{ id: 'copy-tag', label: 'Copy tag', icon: Copy }]),
    { id: 'command', label: 'Show the command', icon: Terminal, separated: true }
  ]
}

export interface ImageCommand {
  /** What it does, a verb as on the button. */
  readonly label: string
  readonly command: string
}

/** The commands of what the row offers. */
export function imageCommands(row: ImageRow): readonly ImageCommand[] {
  const name = row.dangling ? row.shortId : row.name
  return [
    { label: 'Run', command: shellCommand(['docker', 'run', '--rm', name]) },
    { label: 'Inspect', command: shellCommand(['docker', 'inspect', name]) },
    { label: 'History', command: shellCommand(['docker', 'history', name]) },
    { label: 'Tag', command: `${shellCommand(['docker', 'tag', name])} NAME` },
    { label: 'Save', command: saveImagesCommand([name]) },
    { label: 'Remove', command: shellCommand(['docker', 'rmi', name]) }
  ]
}
