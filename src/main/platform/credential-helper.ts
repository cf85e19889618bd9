/**
 * Asks the docker CLI's credential helpers (`docker-credential-pass` and the like): for a login, for the list of what they keep,
 * to keep one and to forget one. Used by make-router.
 * A helper that is missing, hangs or fails says so in one sentence that never holds what it printed on its output.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AppError, toAppError } from '@shared/errors'
import { run, type RunResult } from './child-process'
import { helperFailure, notInstalled, shownName } from './credential-helper-failures'
import { findProgram } from './find-program'

export const HELPER_TIMEOUT_MS = 10_000
const STORE_TIMEOUT_MS = 60_000
const MAX_BYTES = 1024 * 1024
/** What helpers print, on their output and with exit code 1, when they have nothing for a server. */
const NOTHING =
  /credentials not found|no credentials server URL|no username provided|is not in the password store/i
/** The helper's answer; null when it has no login for `server`. */
export async function askCredentialHelper(
  name: string,
  server: string,
  signal: AbortSignal,
  { env = process.env, timeoutMs = HELPER_TIMEOUT_MS }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}
): Promise<string | null> {
  const said = await runHelper(name, 'get', `${server}\n`, signal, { env, timeoutMs })
  if (said.exitCode === 0) return said.stdout
  if (NOTHING.test(said.stdout)) return null
  throw helperFailure(name, 'could not hand out the login', said)
}

/** Gives a login (`{"ServerURL","Username","Secret"}`) to a helper. A keyring may ask its owner first, so it waits longer. */
export async function storeInCredentialHelper(
  name: string,
  login: string,
  signal: AbortSignal,
  { env = process.env, timeoutMs = STORE_TIMEOUT_MS }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}
): Promise<void> {
  const said = await runHelper(name, 'store', login, signal, { env, timeoutMs })
  if (said.exitCode !== 0) throw helperFailure(name, 'could not keep the login', said)
}

/** The registries a helper keeps a login for, and under which name; never a secret. */
export async function listCredentialHelper(
  name: string,
  signal: AbortSignal,
  { env = process.env, timeoutMs = HELPER_TIMEOUT_MS }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}
): Promise<ReadonlyMap<string, string>> {
  // Some want their input closed before they begin.
  const said = await runHelper(name, 'list', '\n', signal, { env, timeoutMs })
  if (said.exitCode !== 0) throw helperFailure(name, 'could not say what it keeps', said)
  try {
    const kept: unknown = JSON.parse(said.stdout)
    if (typeof kept === 'object' && kept !== null && !Array.isArray(kept)) {
      return new Map(
        Object.entries(kept).map(([server, user]) => [server, typeof user === 'string' ? user : ''])
      )
    }
  } catch {
    // Without a cause: a parser's message quotes what it read.
  }
  throw new AppError(
    'InvalidParameter',
    `The credential helper ${shownName(name)} does not list what it keeps.`
  )
}

/**
 * Fails when a helper cannot keep anything: it is asked for its list, and pass, whose helper lists nothing without a word while pass
 * is not set up, is looked after.
 */
export async function checkCredentialHelper(
  name: string,
  signal: AbortSignal,
  { env = process.env, timeoutMs = HELPER_TIMEOUT_MS }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}
): Promise<void> {
  await listCredentialHelper(name, signal, { env, timeoutMs })
  const store = env['PASSWORD_STORE_DIR'] ?? join(env['HOME'] ?? homedir(), '.password-store')
  if (name !== 'pass' || existsSync(join(store, '.gpg-id'))) return
  throw helperFailure(name, 'can keep no login', { stdout: 'pass not initialized', stderr: '' })
}

/** Makes a helper forget a login; one that it does not have is forgotten already. */
export async function eraseInCredentialHelper(
  name: string,
  server: string,
  signal: AbortSignal,
  { env = process.env, timeoutMs = STORE_TIMEOUT_MS }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}
): Promise<void> {
  const said = await runHelper(name, 'erase', `${server}\n`, signal, { env, timeoutMs })
  if (said.exitCode !== 0 && !NOTHING.test(said.stdout)) {
    throw helperFailure(name, 'could not forget the login', said)
  }
}

/** Whether a program can be found where the docker CLI looks for its helpers. */
export async function isOnPath(program: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  return (await findProgram(program, env['PATH'])) !== null
}

async function runHelper(
  name: string,
  verb: 'get' | 'store' | 'list' | 'erase',
  input: string,
  signal: AbortSignal,
  { env, timeoutMs }: { env: NodeJS.ProcessEnv; timeoutMs: number }
): Promise<RunResult> {
  const shown = shownName(name)
  const program = /^[\w.-]+$/.test(name) ? await findProgram(`docker-credential-${name}`, env['PATH']) : null
  if (program === null) throw notInstalled(name)
  return await run(
    program,
    [verb],
    { env, input, timeoutMs, maxBytes: MAX_BYTES, group: true },
    signal
  ).catch((thrown: unknown) => {
    const { code } = toAppError(thrown)
    if (code === 'Cancelled') throw thrown
    if (code !== 'Deadline') throw new AppError(code, `The credential helper ${shown} cannot be run.`)
    throw new AppError(code, `The credential helper ${shown} gave no answer within ${timeoutMs / 1000} s.`, {
      hint: 'It may wait for a password that nobody is asked for: unlock the keyring or the gpg key, then try again.'
    })
  })
}
