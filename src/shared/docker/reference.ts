/**
 * Image references by the grammar of distribution/reference, as `docker pull` and `docker run` read them.
 * Pure; used by forms, run-options and handlers.
 */

export interface Reference {
  /** `docker.io` unless the reference names a registry. */
  readonly domain: string
  /** The repository in the registry, for example `library/nginx`. */
  readonly path: string
  readonly tag: string | null
  readonly digest: string | null
}

export type ReferenceResult =
  | { readonly ok: true; readonly reference: Reference }
  | { readonly ok: false; readonly message: string; readonly suggestion?: string }

const HOST_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const DOMAIN = new RegExp(`^(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[[a-fA-F0-9:]+\\])(?::([0-9]+))?$`)
const PATH_PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const PATH = new RegExp(`^${PATH_PART}(?:/${PATH_PART})*$`)
const TAG = /^\w[\w.-]{0,127}$/
const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128]
])
const MAX_PATH = 255

/** Reads a reference; when it is none, says what is wrong with it in one sentence. */
export function parseReference(text: string): ReferenceResult {
  const early = obviousMistake(text)
  if (early !== null) return early
  const { domain, rest } = splitDomain(text)
  const at = rest.indexOf('@')
  const digest = at < 0 ? null : rest.slice(at + 1)
  const named = at < 0 ? rest : rest.slice(0, at)
  const colon = named.indexOf(':')
  const path = colon < 0 ? named : named.slice(0, colon)
  const tag = colon < 0 ? null : named.slice(colon + 1)
  const mistake = domainMistake(domain) ?? pathMistake(path, text) ?? tagMistake(tag) ?? digestMistake(digest)
  return mistake ?? { ok: true, reference: { domain, path, tag, digest } }
}

type Mistake = Extract<ReferenceResult, { ok: false }>

function no(message: string, suggestion?: string): Mistake {
  return suggestion === undefined ? { ok: false, message } : { ok: false, message, suggestion }
}

function obviousMistake(text: string): Mistake | null {
  if (text === '') return no('An image is needed.')
  if (text.trim() !== text) return no('The image has spaces around it.', text.trim())
  if (/\s/.test(text)) return no('An image name has no spaces.')
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0]
  if (scheme !== undefined)
    return no('An image name has no scheme such as https://.', text.slice(scheme.length))
  if (/^[^/]*:[^/]*@[^/]*\//.test(text))
    return no('An image name holds no user and password; log in to the registry instead.')
  if (/^[0-9a-f]{64}$/.test(text))
    return no('This looks like an image id; an image is named by its repository.')
  return null
}

/** splitDockerDomain: the first part is a registry only when it has a dot, a colon or a capital, or is `localhost`. */
function splitDomain(text: string): { domain: string; rest: string } {
  const slash = text.indexOf('/')
  const first = slash < 0 ? '' : text.slice(0, slash)
  const isDomain = first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first
  if (slash < 0 || !isDomain) return hub(text)
  const rest = text.slice(slash + 1)
  return first === 'docker.io' || first === 'index.docker.io' ? hub(rest) : { domain: first, rest }
}

function hub(rest: string): { domain: string; rest: string } {
  return { domain: 'docker.io', rest: rest.includes('/') ? rest : `library/${rest}` }
}

function domainMistake(domain: string): Mistake | null {
  const match = DOMAIN.exec(domain)
  if (match === null) return no('The registry’s address is not a host name or address with an optional port.')
  if (match[1] !== undefined && (Number(match[1]) < 1 || Number(match[1]) > 65535)) {
    return no('The registry’s port is not between 1 and 65535.')
  }
  return null
}

function pathMistake(path: string, text: string): Mistake | null {
  if (path.toLowerCase() !== path) return no('Image names are written in lower case.', lowered(path, text))
  if (!PATH.test(path)) {
    return no(
      'An image name has lower-case letters and digits, separated by single dots, dashes, underscores or slashes.'
    )
  }
  return path.length > MAX_PATH ? no(`An image name has at most ${MAX_PATH} characters.`) : null
}

function lowered(path: string, text: string): string {
  const own = path.startsWith('library/') && !text.includes('library/') ? path.slice('library/'.length) : path
  return text.replace(own, own.toLowerCase())
}

function tagMistake(tag: string | null): Mistake | null {
  if (tag === null) return null
  if (tag === '') return no('The tag after the colon is missing.')
  if (tag.length > 128) return no('A tag has at most 128 characters.')
  return TAG.test(tag)
    ? null
    : no('A tag has letters, digits, dots, dashes and underscores, and does not begin with . or -.')
}

function digestMistake(digest: string | null): Mistake | null {
  if (digest === null) return null
  const colon = digest.indexOf(':')
  const length = HEX_LENGTHS.get(digest.slice(0, Math.max(colon, 0)))
  if (length === undefined) return no('A digest begins with sha256:, sha384: or sha512:.')
  const hex = digest.slice(colon + 1)
  return hex.length === length && /^[0-9a-f]+$/.test(hex)
    ? null
    : no(`The digest needs ${length} hexadecimal digits.`)
}

/** The reference as the engine is asked for it: `latest` stands in for a missing tag. Null when it is not one. */
export function pullReference(text: string): string | null {
  const result = parseReference(text)
  if (!result.ok) return null
  const { tag, digest } = result.reference
  return tag === null && digest === null ? `${text}:latest` : text
}
