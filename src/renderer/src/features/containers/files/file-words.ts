/** What the Files tab says in words of its own: a name that cannot be, the command a copy equals. Pure. */
import { asText, baseName } from '@shared/docker/container-path'

/** What is wrong with the name of a new folder; null when nothing is. */
export function folderNameError(name: string): string | null {
  if (name === '') return 'Give it a name.'
  if (name.includes('/') || name.includes('\0')) return 'A name holds no slash.'
  if (name === '.' || name === '..') return 'This name has a meaning of its own.'
  return new TextEncoder().encode(name).length > 255 ? 'The name is too long.' : null
}

/** `docker cp` from the container, for what is selected. */
export function copyWords(container: string, path: string): readonly string[] {
  return ['docker', 'cp', `${container}:${asText(path)}`, path === '/' ? './' : `./${asText(baseName(path))}`]
}
