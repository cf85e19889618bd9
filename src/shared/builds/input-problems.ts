/** What is wrong with the form of a build before it is sent, by field. Used by the dialog and, again, by main. Pure. */
import type { BuildInput } from '../contract/builds'
import { parseReference } from '../docker/reference'
import { isAbsolute, parseSecret } from './secret-line'

export type InputField = keyof BuildInput
export type InputProblems = Partial<Record<InputField, string>>

const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/
const ADDRESS = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)\S+$/
const PAIR = /^[^=\s][^=]*=/

export function inputProblems(input: BuildInput): InputProblems {
  const found: [InputField, string | null][] = [
    ['context', contextProblem(input)],
    ['dockerfile', dockerfileProblem(input)],
    ['tags', firstProblem(input.tags, tagProblem) ?? tagsMissing(input)],
    ['buildArgs', firstProblem(input.buildArgs, named('VERSION=1.2'))],
    ['secrets', firstProblem(input.secrets, secretProblem)],
    ['platforms', firstProblem(input.platforms, platformProblem)],
    ['labels', firstProblem(input.labels, paired('org.example.team=web'))],
    ['annotations', firstProblem(input.annotations, paired('org.example.team=web'))],
    ['contexts', firstProblem(input.contexts, paired('base=/folder'))],
    ['outputPath', outputProblem(input)]
  ]
  return Object.fromEntries(found.filter(([, message]) => message !== null))
}

function contextProblem({ context, contextKind }: BuildInput): string | null {
  if (context === '') return 'Say what is to be built: a folder, a tar archive, or an address.'
  if (contextKind === 'url')
    return ADDRESS.test(context) ? null : 'An address begins with https://, git:// or git@.'
  return isAbsolute(context) ? null : 'Give the whole path.'
}

function dockerfileProblem({ contextKind, dockerfileText }: BuildInput): string | null {
  if (dockerfileText === null) return null
  if (contextKind === 'tar') return 'A tar archive brings its own Dockerfile: a typed one cannot be added.'
  return dockerfileText.trim() === '' ? 'Type a Dockerfile, or take the one in the context.' : null
}

function tagProblem(tag: string): string | null {
  const parsed = parseReference(tag)
  return parsed.ok ? null : `${tag}: ${parsed.message}`
}

function tagsMissing({ output, tags }: BuildInput): string | null {
  return output === 'push' && tags.length === 0 ? 'To push, say where to: registry.example/name:tag.' : null
}

function secretProblem(line: string): string | null {
  const secret = parseSecret(line)
  return secret.ok ? null : secret.message
}

function platformProblem(platform: string): string | null {
  return PLATFORM.test(platform) ? null : `${platform}: a platform is written as linux/arm64 or linux/arm/v7.`
}

/** A build argument may be a name alone: its value is then the variable's. */
function named(example: string): (line: string) => string | null {
  return (line) => (/^[^=\s][^=]*(?:=|$)/.test(line) ? null : `${line}: write it as ${example}.`)
}

function paired(example: string): (line: string) => string | null {
  return (line) => (PAIR.test(line) ? null : `${line}: write it as ${example}.`)
}

function outputProblem({ output, outputPath }: BuildInput): string | null {
  if (output !== 'tar' && output !== 'oci' && output !== 'folder') return null
  if (outputPath === '')
    return output === 'folder' ? 'Say which folder to write to.' : 'Say which file to write.'
  return isAbsolute(outputPath) ? null : 'Give the whole path.'
}

function firstProblem(lines: readonly string[], check: (line: string) => string | null): string | null {
  for (const line of lines) {
    const problem = check(line)
    if (problem !== null) return problem
  }
  return null
}
