/** The form of a build: lists are texts with a line for each, which becomes what main is given. Pure. */
import type { BuildInput } from '@shared/contract/builds'
import { emptyBuild } from '@shared/builds/empty-build'
import { parseSecret } from '@shared/builds/secret-line'

const LISTS = [
  'tags',
  'buildArgs',
  'secrets',
  'ssh',
  'platforms',
  'labels',
  'annotations',
  'cacheFrom',
  'cacheTo',
  'contexts',
  'noCacheFilter',
  'outputs',
  'attestations',
  'addHosts',
  'ulimits',
  'allow'
] as const
export type ListField = (typeof LISTS)[number]

export type BuildForm = {
  -readonly [F in keyof BuildInput]: F extends ListField ? string : BuildInput[F]
} & {
  /** What was chosen in a dialog is known to be one; what is typed is told by how it looks. */
  chosenKind: 'folder' | 'tar' | null
}

export function formOf(input: BuildInput = emptyBuild()): BuildForm {
  const texts = Object.fromEntries(LISTS.map((field) => [field, input[field].join('\n')]))
  const kind = input.contextKind === 'url' || input.context === '' ? null : input.contextKind
  return { ...input, ...(texts as Record<ListField, string>), chosenKind: kind }
}

export function inputOf({ chosenKind, ...form }: BuildForm): BuildInput {
  const lists = Object.fromEntries(LISTS.map((field) => [field, linesOf(form[field], field === 'platforms')]))
  const context = form.context.trim()
  return {
    ...form,
    ...(lists as Record<ListField, string[]>),
    context,
    contextKind: chosenKind ?? kindOf(context),
    dockerfile: form.dockerfileText === null ? form.dockerfile.trim() : '',
    target: form.target.trim(),
    outputPath: form.outputPath.trim(),
    shmSize: form.shmSize.trim(),
    cgroupParent: form.cgroupParent.trim(),
    builder: form.builder.trim()
  }
}

export function kindOf(context: string): BuildInput['contextKind'] {
  if (/^(?:https?|git|ssh):\/\/|^git@|^github\.com\//.test(context)) return 'url'
  return /\.(?:tar|tgz|tar\.(?:gz|xz|bz2|zst))$/i.test(context) ? 'tar' : 'folder'
}

/** A value may begin or end with blanks; a name may not. */
function linesOf(text: string, commas: boolean): string[] {
  return text
    .split(commas ? /[\n,]/ : '\n')
    .map((line) => (commas ? line.trim() : line.replace(/\r$/, '').trimStart()))
    .filter((line) => line.trim() !== '')
    .map((line) => (line.includes('=') ? line : line.trim()))
}

/** The variables that the lines of "Secrets" name: each has a field for its value. */
export function secretVariables(secrets: string): string[] {
  const names = linesOf(secrets, false).flatMap((line) => {
    const secret = parseSecret(line)
    return secret.ok && secret.from === 'env' ? [secret.name] : []
  })
  return [...new Set(names)]
}

/** Adds a line to a text of lines, unless one for the same name is there. */
export function withLine(text: string, line: string): string {
  const lines = linesOf(text, false)
  const name = `${line.split('=')[0] ?? line}=`
  if (lines.some((one) => one.startsWith(name))) return text
  return [...lines, line].join('\n')
}
