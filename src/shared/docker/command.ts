/** The `docker …` command each action equals, ready to paste into a POSIX shell. Pure; used by views. */
import type { RunOptions } from '../contract/containers'
import type { ExecOptions } from '../contract/exec'

/** Left as they are by every shell in every position. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/

/** One word as a POSIX shell reads it back; bytes and line feeds included. */
export function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Words as one command line. */
export function shellCommand(words: readonly string[]): string {
  return words.map(shellQuote).join(' ')
}

/** `docker run` for the form's options, detached as the form runs it. */
export function runCommand(options: RunOptions): string {
  const flags = (flag: string, values: readonly string[]) => values.flatMap((value) => [flag, value])
  return shellCommand([
    'docker',
    'run',
    '--detach',
    ...(options.name === '' ? [] : ['--name', options.name]),
    ...flags('-p', options.ports),
    ...flags('-e', options.env),
    ...flags('-v', options.volumes),
    options.image,
    ...options.command
  ])
}

/** `docker exec` with a terminal, for the form of a new one. */
export function execCommand(
  name: string,
  { command, user, workingDir, env }: Pick<ExecOptions, 'command' | 'user' | 'workingDir' | 'env'>
): string {
  return shellCommand([
    'docker',
    'exec',
    '-it',
    ...(user === '' ? [] : ['-u', user]),
    ...(workingDir === '' ? [] : ['-w', workingDir]),
    ...env.flatMap((value) => ['-e', value]),
    name,
    ...command
  ])
}

export type ContainerVerb = 'start' | 'stop' | 'restart' | 'pause' | 'unpause'

export function verbCommand(verb: ContainerVerb, name: string): string {
  return shellCommand(['docker', verb, name])
}

export function removeContainerCommand(
  name: string,
  options: { readonly force: boolean; readonly volumes: boolean }
): string {
  const flags = [...(options.force ? ['--force'] : []), ...(options.volumes ? ['--volumes'] : [])]
  return shellCommand(['docker', 'rm', ...flags, name])
}

/** `names` are all tags of the image, or its id when it has none. */
export function removeImageCommand(names: readonly string[]): string {
  return shellCommand(['docker', 'rmi', ...names])
}

export function loadImageCommand(path: string): string {
  return shellCommand(['docker', 'load', '--input', path])
}

/** Into one archive; the file is what the dialog asks for. */
export function saveImagesCommand(names: readonly string[]): string {
  return shellCommand(['docker', 'save', '--output', 'images.tar', ...names])
}

export function tagImageCommand(image: string, name: string): string {
  return shellCommand(['docker', 'tag', image, name])
}

export function importImageCommand(name: string): string {
  return shellCommand(['docker', 'import', 'rootfs.tar', ...(name === '' ? [] : [name])])
}

export function pruneImagesCommand(kind: 'dangling' | 'unused'): string {
  return shellCommand(['docker', 'image', 'prune', ...(kind === 'unused' ? ['--all'] : [])])
}
