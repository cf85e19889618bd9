/** The fields of "Create a builder" as what main is asked for, with what is wrong about them. Pure; no Vue. */
import type { NewBuilder } from '@shared/contract/builders'

export interface BuilderForm {
  name: string
  driver: NewBuilder['driver']
  endpoint: string
  platforms: string
  options: string
}

export const emptyBuilder = (): BuilderForm => ({
  name: '',
  driver: 'docker-container',
  endpoint: '',
  platforms: '',
  options: ''
})

export interface MadeBuilder {
  /** null while something is missing or wrong. */
  readonly builder: NewBuilder | null
  readonly problems: {
    readonly name: string | null
    readonly endpoint: string | null
    readonly options: string | null
  }
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/
const parts = (text: string, separator: RegExp): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')

export function newBuilder(form: BuilderForm): MadeBuilder {
  const name = form.name.trim()
  const endpoint = form.endpoint.trim()
  const options = parts(form.options, /\n/)
  const wrong = options.find((option) => !/^[\w.-]+=/.test(option))
  const problems = {
    name: name === '' || NAME.test(name) ? null : 'Letters, digits, dots, dashes and underscores only.',
    endpoint:
      form.driver === 'remote' && endpoint !== '' && !/^[a-z][a-z0-9+-]*:\/\//.test(endpoint)
        ? 'Write an address with its kind, for example tcp://host:1234.'
        : null,
    options: wrong === undefined ? null : `${wrong} is no key=value.`
  }
  const missing = name === '' || (form.driver === 'remote' && endpoint === '')
  const fine = Object.values(problems).every((problem) => problem === null)
  if (missing || !fine) return { builder: null, problems }
  const { driver } = form
  return {
    builder: { name, driver, endpoint, options, platforms: parts(form.platforms, /[,\s]+/) },
    problems
  }
}

export function createCommand({ name, driver, endpoint, options, platforms }: NewBuilder): string {
  const quoted = (word: string): string =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
  return [
    ...['docker', 'buildx', 'create', '--name', name, '--driver', driver],
    ...options.flatMap((option) => ['--driver-opt', option]),
    ...(platforms.length > 0 ? ['--platform', platforms.join(',')] : []),
    ...(endpoint === '' ? [] : ['--', endpoint])
  ]
    .map(quoted)
    .join(' ')
}
