/**
 * The run dialog's form: what was typed, as the options the contract takes, and which field each error belongs to.
 * Blank lines of a repeated field are nothing; the rules for the rest are shared with main (shared/docker/run-options).
 */
import type { RunOptions } from '@shared/contract/containers'
import { buildRun } from '@shared/docker/run-options'
import { splitCommand } from './command-line'

export interface RunForm {
  image: string
  name: string
  /** As typed; see command-line.ts. */
  command: string
  ports: string[]
  env: string[]
  volumes: string[]
  /** Asked for after the engine said that a host folder is missing. */
  createFolders: boolean
}

/** The fields that are lists of lines. */
export type ListField = 'ports' | 'env' | 'volumes'
const LIST_FIELDS: readonly ListField[] = ['ports', 'env', 'volumes']

/** Messages by field: `image`, or `ports.2` for the third line of ports. */
export type FieldErrors = ReadonlyMap<string, string>

/** A form with one empty line in each list, so that there is something to type into. */
export function emptyForm(image = ''): RunForm {
  return { image, name: '', command: '', ports: [''], env: [''], volumes: [''], createFolders: false }
}

interface Filled {
  readonly values: string[]
  /** The line each value was typed into. */
  readonly lines: readonly number[]
}

/** Environment values are kept to the letter, blanks and all; the rest is trimmed. */
function filled(form: RunForm, field: ListField): Filled {
  const kept = form[field]
    .map((value, line) => ({ value: field === 'env' ? value : value.trim(), line }))
    .filter(({ value }) => value.trim() !== '')
  return { values: kept.map(({ value }) => value), lines: kept.map(({ line }) => line) }
}

/** The form as the contract takes it; a command that cannot be split yet is passed as one argument. */
export function toRunOptions(form: RunForm): RunOptions {
  const command = splitCommand(form.command)
  return {
    image: form.image.trim(),
    name: form.name.trim(),
    command: command.ok ? [...command.args] : [form.command],
    ports: filled(form, 'ports').values,
    env: filled(form, 'env').values,
    volumes: filled(form, 'volumes').values,
    createFolders: form.createFolders
  }
}

/** What has to be put right before the form can be sent, the first message of each field. */
export function fieldErrors(form: RunForm): FieldErrors {
  const errors = new Map<string, string>()
  const command = splitCommand(form.command)
  if (!command.ok) errors.set('command', command.message)
  const built = buildRun(toRunOptions(form))
  for (const { field, index, message, suggestion } of built.ok ? [] : built.errors) {
    const key = fieldKey(form, field, index)
    const text = suggestion === undefined ? message : `${message} Did you mean ${suggestion}?`
    if (!errors.has(key)) errors.set(key, text)
  }
  return errors
}

function fieldKey(form: RunForm, field: string, index: number | undefined): string {
  const list = LIST_FIELDS.find((name) => name === field)
  if (list === undefined) return field
  return `${list}.${filled(form, list).lines[index ?? 0] ?? 0}`
}

/** The lines of ports with this host port left out, so that the engine chooses a free one. */
export function withAnyPort(lines: readonly string[], hostPort: number): string[] {
  return lines.map((line) => {
    const parts = /^(?<address>(?:\[[^\]]*\]|[^:[\]]*):)?(?<port>\d+):(?<inside>[^:]+)$/.exec(line.trim())
    const { address = '', port, inside = '' } = parts?.groups ?? {}
    if (Number(port) !== hostPort) return line
    return address === '' ? inside : `${address}:${inside}`
  })
}

/** A hint for the command: words that a shell would act on and Docker passes along as they are. */
export function commandHint(text: string): string | undefined {
  const command = splitCommand(text)
  const [word] = command.ok ? command.shellWords : []
  if (word === undefined) return undefined
  return `${word} is passed as it is: no shell reads this. For a shell: sh -c '…'`
}
