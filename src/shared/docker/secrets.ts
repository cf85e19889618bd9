/**
 * What may be a secret in a container's configuration, and its text with those parts hidden. Hidden is everything that is
 * not known to be harmless: a password that is shown once too often costs more than a click. Pure; used by views.
 */

/** The same length for every value, so that not even that is told. */
export const MASK = '••••••••'

/** Variables whose values are what they always are; images and runtimes set them. */
const HARMLESS_VARIABLES =
  /^(?:PATH|HOME|PWD|OLDPWD|SHLVL|TERM|HOSTNAME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|EDITOR|container|DEBIAN_FRONTEND|NODE_ENV|RAILS_ENV|RACK_ENV|APP_ENV|PYTHON(?:UNBUFFERED|DONTWRITEBYTECODE|IOENCODING|PATH|HASHSEED)|PIP_NO_CACHE_DIR|GOPATH|GOROOT|GOTOOLCHAIN|JAVA_HOME|PORT|LOG_LEVEL|DEBUG|[A-Z0-9_]*VERSION|[A-Z0-9_]*_(?:SHA256|SHA512|SHA1|MD5))$/

/** `user:password@` in an address. */
const CREDENTIALS_IN_URL = /([a-z][a-z0-9+.-]*:\/\/)[^/\s@]*:[^/\s@]*@/gi

const SECRET_WORDS =
  /pass(?:word|wd|phrase)?(?![a-z])|pwd|secret|token|credential|auth(?![oe])|api[_.-]?key|access[_.-]?key|private[_.-]?key|signing[_.-]?key|encryption[_.-]?key|cookie|session[_.-]?key|(?:^|[_.-])(?:pw|key|dsn)$/i

/** Whether a variable's value is hidden until somebody asks for it. */
export function isSecretVariable(key: string, value: string): boolean {
  if (value === '') return false
  return !HARMLESS_VARIABLES.test(key) || hasCredentials(value)
}

/** Whether something with this name (a label, an option) is likely to hold a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_WORDS.test(name)
}

/** The text without the user and password of the addresses in it. */
export function hideCredentials(text: string): string {
  return text.replace(CREDENTIALS_IN_URL, `$1${MASK}@`)
}

/** A label's or an option's value as it may be shown. */
export function hideNamedSecret(name: string, value: string): string {
  return isSecretName(name) && value !== '' ? MASK : hideCredentials(value)
}

/** `--password=x`, `PGPASSWORD=x` and `-Dsecret=x`: the value; null when the word is no such pair. */
function pairSecret(word: string): string | null {
  const match = /^(-{0,2}[\w.-]{1,80})=([\s\S]+)$/.exec(word)
  return match?.[1] !== undefined && isSecretName(match[1]) ? `${match[1]}=${MASK}` : null
}

/** One argument as it may be shown; `before` is the argument in front of it (`--password`). */
export function hideArgument(word: string, before: string | undefined): string {
  const pair = pairSecret(word)
  if (pair !== null) return pair
  if (before !== undefined && /^--?[\w.-]+$/.test(before) && isSecretName(before) && !word.startsWith('-')) {
    return MASK
  }
  return hideInScript(hideCredentials(word))
}

const ASSIGNMENT = /(^|[\s;"'&])(-{0,2}[\w.-]{1,80})=("[^"]*"|'[^']*'|[^\s;&"'|]+)/g
const FLAG = /(^|[\s;"'&])(-{1,2}[\w.-]{1,80}) ("[^"]*"|'[^']*'|[^\s;&"'|]+)/g

/** A whole script in one argument (`sh -c '…'`): assignments first, so that no command before one takes it for its own. */
function hideInScript(script: string): string {
  const assigned = script.replace(ASSIGNMENT, (_, lead: string, name: string, value: string) => {
    if (isSecretName(name)) return `${lead}${name}=${MASK}`
    return `${lead}${name}=${value.includes('=') ? hideInScript(value) : value}`
  })
  return assigned.replace(FLAG, (all: string, lead: string, name: string) =>
    isSecretName(name) ? `${lead}${name} ${MASK}` : all
  )
}

/** An argument list as it may be shown. */
export function hideArguments(words: readonly string[]): readonly string[] {
  return words.map((word, at) => hideArgument(word, words[at - 1]))
}

/** A `KEY=value` line as it may be shown. */
export function hideVariable(line: string): string {
  const at = line.indexOf('=')
  if (at < 0) return line
  return isSecretVariable(line.slice(0, at), line.slice(at + 1)) ? `${line.slice(0, at)}=${MASK}` : line
}

function hasCredentials(value: string): boolean {
  return hideCredentials(value) !== value
}

const ARGUMENT_LISTS = new Set(['Args', 'Cmd', 'Entrypoint', 'Test', 'Binds'])
/** Objects whose keys are names somebody chose. */
const NAMED_VALUES = new Set([
  'Labels',
  'Config',
  'Options',
  'Annotations',
  'DriverOpts',
  'Sysctls',
  'StorageOpt'
])

/**
 * The mask of a string in the body of `docker inspect`; null when it is shown as it is.
 *
 * @param path keys and positions from the top, for example `['Config', 'Env', 3]`
 * @param before the string in front of it, in a list
 */
export function hideInspected(
  path: readonly (string | number)[],
  value: string,
  before: string | undefined
): string | null {
  const last = path.at(-1)
  const owner = path.at(-2)
  const hidden = (): string => {
    if (typeof last === 'number' && owner === 'Env') return hideVariable(value)
    if (typeof last === 'number' && ARGUMENT_LISTS.has(String(owner))) return hideArgument(value, before)
    if (typeof last === 'string' && NAMED_VALUES.has(String(owner))) return hideNamedSecret(last, value)
    return hideCredentials(value)
  }
  const text = hidden()
  return text === value ? null : text
}
