/** What of a build's input is kept on this machine, for recent builds and favourites: nothing that may be a secret. Pure. */
import { csvField, csvFields } from '@shared/builds/csv'
import { emptyBuild } from '@shared/builds/empty-build'
import { parseSecret } from '@shared/builds/secret-line'
import type { BuildInput } from '@shared/contract/builds'
import { isSecretName } from '@shared/docker/secrets'

/** Without build arguments and options of caches that are named like secrets, and without logins in addresses. */
export function withoutSecrets(input: BuildInput): BuildInput {
  return {
    ...input,
    context: withoutLogin(input.context),
    contexts: input.contexts.map(withoutLogin),
    buildArgs: input.buildArgs.filter((line) => !isNamedSecret(line)).map(withoutLogin),
    // Where a secret is; a line that is not read as that may be the secret.
    secrets: input.secrets.filter((line) => parseSecret(line).ok),
    labels: input.labels.map(withoutLogin),
    annotations: input.annotations.map(withoutLogin),
    cacheFrom: input.cacheFrom.flatMap(withoutAccess),
    cacheTo: input.cacheTo.flatMap(withoutAccess),
    outputs: input.outputs.map(withoutLogin)
  }
}

/** Said before it is kept, so that nobody looks for it later. */
export function leftOutText(input: BuildInput): string {
  const kept = withoutSecrets(input)
  const args = input.buildArgs.length - kept.buildArgs.length
  const named = args === 1 ? '1 build argument that is' : `${args} build arguments that are`
  const caches = ({ cacheFrom, cacheTo }: BuildInput): string => [...cacheFrom, ...cacheTo].join('\n')
  const parts = ['Values of secrets']
  if (args > 0) parts.push(`${named} named like one`)
  if (caches(input) !== caches(kept)) parts.push('what opens a cache')
  return `${new Intl.ListFormat('en').format(parts)} are not kept.`
}

/**
 * Written by somebody else, or by an earlier version, which did not know every field yet: those that are there must be of
 * the kind that the form has.
 */
export function checkedInput(value: unknown): BuildInput | null {
  if (typeof value !== 'object' || value === null) return null
  const given = value as Record<string, unknown>
  const first = emptyBuild()
  const fits = Object.entries(first).every(([field, usual]) => {
    const one = field in given ? given[field] : usual
    if (Array.isArray(usual)) return Array.isArray(one) && one.every((line) => typeof line === 'string')
    return field === 'dockerfileText' ? one === null || typeof one === 'string' : typeof one === typeof usual
  })
  if (!fits) return null
  return Object.fromEntries(
    Object.entries(first).map(([field, usual]) => [field, field in given ? given[field] : usual])
  ) as unknown as BuildInput
}

/** A name alone is no secret: its value comes from elsewhere. */
const isNamedSecret = (pair: string): boolean =>
  pair.includes('=') && isSecretName(pair.split('=', 1)[0] ?? '')

/** Of `https://` the name alone may be a token; of `ssh://` it is needed, and goes with a password only. */
function withoutLogin(text: string): string {
  return text
    .replace(/(https?:\/\/)[^/?#\s]+@/gi, '$1')
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s]*:[^/\s]*@/gi, '$1')
}

/** `type=s3,bucket=b,secret_access_key=…`: where a cache is, not what opens it. What cannot be read is left out. */
function withoutAccess(cache: string): string[] {
  const fields = csvFields(cache)
  if (fields === null) return []
  const open = fields.filter((field) => !isNamedSecret(field))
  return [withoutLogin(open.length === fields.length ? cache : open.map(csvField).join(','))]
}
