/**
 * Logins that a cloud's own command makes: which registries are whose, and the command that prints a password for them. What it
 * prints is the answer and nothing else: it is never shown, and no error holds it. Used by handlers/registries.
 */
import { AppError, toAppError } from '@shared/errors'
import { run, type RunResult } from './child-process'
import { findProgram } from './find-program'

/** A password, and the name it goes with. */
export interface CloudLogin {
  readonly username: string
  readonly secret: string
}

interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly username: string
  /** What is to be done when it fails. */
  readonly hint: string
}

/** az, gcloud and aws are slow to start, and may ask their cloud. */
const TIMEOUT_MS = 60_000

/** The command for a registry; null where no cloud is known for it. */
export function cloudCommand(host: string): Command | null {
  const name = host.replace(/:443$/, '')
  const [, region] = /^\d{12}\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(name) ?? []
  if (region !== undefined) return amazon(['ecr', 'get-login-password', '--region', region])
  if (name === 'public.ecr.aws') {
    return amazon(['ecr-public', 'get-login-password', '--region', 'us-east-1'])
  }
  const [, azure] = /^([a-z0-9]+(?:-[a-z0-9]+)*)\.azurecr\.(?:io|cn|us)$/.exec(name) ?? []
  if (azure !== undefined) {
    return {
      program: 'az',
      args: ['acr', 'login', '--name', azure, '--expose-token', '--output', 'tsv', '--query', 'accessToken'],
      username: '00000000-0000-0000-0000-000000000000',
      hint: 'Run az login in a terminal, then try again.'
    }
  }
  if (/^(?:(?:[a-z]+\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev)$/.test(name)) {
    return {
      program: 'gcloud',
      args: ['auth', 'print-access-token'],
      username: 'oauth2accesstoken',
      hint: 'Run gcloud auth login in a terminal, then try again.'
    }
  }
  return null
}

function amazon(args: readonly string[]): Command {
  return {
    program: 'aws',
    args,
    username: 'AWS',
    hint: 'Run aws configure or aws sso login in a terminal, then try again.'
  }
}

/** One word on its own; anything else is some message and no password. */
function passwordIn(stdout: string): string {
  const text = stdout.trim()
  return /^[\x21-\x7e]+$/.test(text) ? text : ''
}

/** Which command makes a login for a registry, and whether it is there; null where none is known. */
export async function cloudProgram(
  host: string,
  env: NodeJS.ProcessEnv = process.env
): Promise<{ readonly program: string; readonly installed: boolean } | null> {
  const command = cloudCommand(host)
  if (command === null) return null
  return { program: command.program, installed: (await findProgram(command.program, env['PATH'])) !== null }
}

/** Has the command make a login, with the configuration that it has in a terminal. */
export async function cloudLogin(
  host: string,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env
): Promise<CloudLogin> {
  const command = cloudCommand(host)
  if (command === null) {
    throw new AppError('InvalidParameter', `No command is known that makes a login for ${host}.`, {
      hint: 'Type a username with a password or token.'
    })
  }
  const { program, args, username, hint } = command
  const path = await findProgram(program, env['PATH'])
  if (path === null) {
    throw new AppError('NotFound', `The command ${program} is not installed.`, {
      hint: 'Install it, or type a username with a password or token.'
    })
  }
  const { exitCode, stdout } = await run(
    path,
    args,
    { env, timeoutMs: TIMEOUT_MS, group: true },
    signal
  ).catch((thrown: unknown): RunResult => {
    const { code } = toAppError(thrown)
    if (code === 'Cancelled') throw thrown
    const words = code === 'Deadline' ? `gave no answer within ${TIMEOUT_MS / 1000} s` : 'cannot be run'
    throw new AppError(code, `The command ${program} ${words}.`, { hint })
  })
  const secret = exitCode === 0 ? passwordIn(stdout) : ''
  if (secret !== '') return { username, secret }
  const words = exitCode === 0 ? 'printed no password' : `failed (exit code ${exitCode ?? 'none'})`
  throw new AppError('System', `The command ${program} ${words}.`, { hint })
}
