/** The form of a new terminal: what was typed, as the contract takes it, what is wrong with it, and what is remembered. */
import type { ExecOptions } from '@shared/contract/exec'
import { envMistake } from '@shared/docker/run-options'
import { splitCommand } from '../command-line'

export interface ExecForm {
  /** As typed; see command-line.ts. */
  command: string
  user: string
  workingDir: string
  env: string[]
}

export type FormOptions = Pick<ExecOptions, 'command' | 'user' | 'workingDir' | 'env'>

export function emptyForm(command = ''): ExecForm {
  return { command, user: '', workingDir: '', env: [''] }
}

export function toOptions(form: ExecForm): FormOptions {
  const command = splitCommand(form.command)
  return {
    command: command.ok ? [...command.args] : [form.command],
    user: form.user.trim(),
    workingDir: form.workingDir.trim(),
    env: form.env.filter((line) => line.trim() !== '')
  }
}

/** What has to be put right, by field: `command`, `workingDir`, or `env.2`. */
export function formErrors(form: ExecForm): ReadonlyMap<string, string> {
  const errors = new Map<string, string>()
  const command = splitCommand(form.command)
  if (!command.ok) errors.set('command', command.message)
  else if (command.args.length === 0 || command.args[0] === '')
    errors.set('command', 'Give a command to run.')
  const folder = form.workingDir.trim()
  if (folder !== '' && !folder.startsWith('/')) {
    errors.set('workingDir', 'The working directory begins with a slash, for example /app.')
  }
  form.env.forEach((line, index) => {
    const mistake = line.trim() === '' ? null : envMistake(line)
    if (mistake !== null) errors.set(`env.${index}`, mistake)
  })
  return errors
}

/** Whether a choice is one of the container's shells and nothing more: no arguments that would do something. */
export function isShell(choice: Choice | null, shells: readonly string[]): boolean {
  const command = splitCommand(choice?.command ?? '')
  if (!command.ok || command.args.length !== 1) return false
  const [program] = command.args
  return shells.some((shell) => shell === program || shell.endsWith(`/${program}`))
}

const KEY = 'terminal.choices'
/** Containers come and go; the choices of the last ones are enough. */
const MOST_CHOICES = 100

/** What was chosen last for a container. Variables are not kept: they may be secrets. */
export type Choice = Pick<ExecForm, 'command' | 'user' | 'workingDir'>

export function rememberedChoice(containerId: string): Choice | null {
  const found = choices().find(([id]) => id === containerId)?.[1]
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  if (typeof found !== 'object' || found === null) return null
  const { command, user, workingDir } = found as Record<string, unknown>
  return text(command) === ''
    ? null
    : { command: text(command), user: text(user), workingDir: text(workingDir) }
}

export function rememberChoice(containerId: string, { command, user, workingDir }: Choice): void {
  const others = choices().filter(([id]) => id !== containerId)
  const kept = [[containerId, { command, user, workingDir }], ...others.slice(0, MOST_CHOICES - 1)]
  localStorage.setItem(KEY, JSON.stringify(kept))
}

function choices(): (readonly [string, unknown])[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    if (!Array.isArray(stored)) return []
    return stored.filter(
      (entry): entry is [string, unknown] => Array.isArray(entry) && typeof entry[0] === 'string'
    )
  } catch {
    return []
  }
}
