/** What is wrong with the form of a build before it is sent, by field. Used by the dialog and, again, by main. Pure. */
import type { BuildInput } from '../contract/builds'
import { parseReference } from '../docker/reference'
import { csvFields } from './csv'
import { parseMemorySize } from '../docker/memory-size'
import { isAbsolute, parseSecret } from './secret-line'
import { parseUlimit } from './ulimit'

export type InputField = keyof BuildInput
export type InputProblems = Partial<Record<InputField, string>>

const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/
const ADDRESS = /^(?:https?:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)\S+$/
const PAIR = /^[^=\s][^=]*=/
const HOST = /^[^:=\s]+[:=]\S+$/

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
    ['noCacheFilter', noCacheProblem(input)],
    ['outputPath', outputProblem(input)],
    ['outputs', firstProblem(input.outputs, outputLineProblem) ?? outputsMissing(input)],
    ['attestations', firstProblem(input.attestations, attestationProblem)],
    ['addHosts', firstProblem(input.addHosts, matching(HOST, 'db:10.0.0.5'))],
    ['ulimits', firstProblem(input.ulimits, ulimitProblem)],
    ['shmSize', shmSizeProblem(input)]
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
  return matching(PAIR, example)
}

function matching(pattern: RegExp, example: string): (line: string) => string | null {
  return (line) => (pattern.test(line) ? null : `${line}: write it as ${example}.`)
}

/** buildx refuses both at once. */
function noCacheProblem({ noCache, noCacheFilter }: BuildInput): string | null {
  return noCache && noCacheFilter.length > 0 ? '“No cache” runs every stage anew: choose one of both.' : null
}

function ulimitProblem(line: string): string | null {
  return parseUlimit(line) === null ? `${line}: write it as nofile=1024:4096.` : null
}

function shmSizeProblem({ shmSize }: BuildInput): string | null {
  return shmSize === '' || parseMemorySize(shmSize) !== null ? null : `${shmSize}: write it as 64m or 1g.`
}

function attestationProblem(line: string): string | null {
  const fields = csvFields(line)
  return fields?.some((field) => /^type=\S/.test(field)) === true
    ? null
    : `${line}: write it as type=sbom,generator=image.`
}

function outputProblem({ output, outputPath }: BuildInput): string | null {
  if (output !== 'tar' && output !== 'oci' && output !== 'folder') return null
  if (outputPath === '')
    return output === 'folder' ? 'Say which folder to write to.' : 'Say which file to write.'
  return isAbsolute(outputPath) ? null : 'Give the whole path.'
}

/** The standard output of a build that nobody sees is no place, and neither is a path from where this app was started. */
function outputLineProblem(line: string): string | null {
  const fields = csvFields(line)
  if (fields === null) return `${line}: a quote is not closed.`
  if (fields.length === 1 && !line.includes('='))
    return isAbsolute(line) ? null : `${line}: give the whole path.`
  const options = new Map(fields.map((field) => splitPair(field)))
  const type = options.get('type')
  if (type === undefined) return `${line}: write it as type=image,name=example.org/web,push=true.`
  const dest = options.get('dest')
  if (dest === undefined) return TO_FILES.has(type) ? `${line}: say where to, with dest=/path.` : null
  return isAbsolute(dest) ? null : `${line}: give the whole path after dest=.`
}

/** Written to the standard output without a place. */
const TO_FILES: ReadonlySet<string> = new Set(['local', 'tar', 'oci'])

function splitPair(field: string): readonly [string, string] {
  const at = field.indexOf('=')
  return at < 0
    ? [field.trim().toLowerCase(), '']
    : [field.slice(0, at).trim().toLowerCase(), field.slice(at + 1)]
}

function outputsMissing({ output, outputs }: BuildInput): string | null {
  return output === 'other' && outputs.length === 0 ? 'Say where the result goes.' : null
}

function firstProblem(lines: readonly string[], check: (line: string) => string | null): string | null {
  for (const line of lines) {
    const problem = check(line)
    if (problem !== null) return problem
  }
  return null
}
