/**
 * Asks the docker CLI's credential helpers (`docker-credential-pass` and the like): for a login, for the list of what they keep,
 * to keep one and to forget one. Used by make-router.
 * A helper that is missing, hangs or fails says so in one sentence that never holds what it printed on its output.
 */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { oneLine } from '@shared/docker/text'
import { AppError, toAppError } from '@shared/errors'
import { run, SYSTEM_PATH, type RunResult } from './child-process'

export const HELPER_TIMEOUT_MS = 10_000
const STORE_TIMEOUT_MS = 60_000
const MAX_BYTES = 1024 * 1024
/** What helpers print, on their output and with exit code 1, when they have nothing for a server. */
const NOTHING =
  /credentials not found|no credentials server URL|no username provided|is not in the password store/i
/** What helpers print when they do not work, and what helps. Their words are not shown: they may hold more. */
const FAILURES: readonly { readonly says: RegExp; readonly hint: string }[] = [
  {
    says: /pass not initialized/i,
    hint: 'Make a key with gpg --full-generate-key and set pass up with pass init KEY, then try again.'
  },
  {
    says: /no public key|encryption failed/i,
    hint: 'The gpg key that pass was set up with is missing: run pass init KEY.'
  },
  {
    says: /locked|prompt (?:was )?dismissed|is locked/i,
    hint: 'Unlock the keyring of this desktop session, then try again.'
  },
  {
    says: /org\.freedesktop\.secrets|dbus|d-bus|x11 display/i,
    hint: 'No keyring runs in this session: start one (gnome-keyring), or use docker-credential-pass.'
  }
]

/** The helper's answer; null when it has no login for `server`. */
export async function askCredentialHelper(
  name: string,
  server: string,
  signal: AbortSignal,
  { env = process.env, timeoutMs = HELPER_TIMEOUT_MS }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}
): Promise<string | null> {
  const { exitCode, stdout } = await runHelper(name, 'get', `${server}\n`, signal, { env, timeoutMs })
  if (exitCode === 0) return stdout
  if (NOTHING.test(stdout)) return null
  throw new AppError('System', `The credential helper ${shownName(name)} failed.`)
}

/** Gives a login (`{"ServerURL","Username","Secret"}`) to a helper. A keyring may ask its owner first, so it waits longer. */
export async function storeInCredentialHelper(
  name: string,
  login: string,
  signal: AbortSignal,
  { env = process.env, timeoutMs = STORE_TIMEOUT_MS }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}
): Promise<void> {
  const { exitCode, stdout } = await runHelper(name, 'store', login, signal, { env, timeoutMs })
  if (exitCode === 0) return
  throw failure(name, 'could not keep the login', stdout)
}

/** The registries a helper keeps a login for, and under which name; never a secret. */
export async function listCredentialHelper(
  name: string,
  signal: AbortSignal,
  { env = process.env, timeoutMs = HELPER_TIMEOUT_MS }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}
): Promise<ReadonlyMap<string, string>> {
  // Some want their input closed before they begin.
  const { exitCode, stdout } = await runHelper(name, 'list', '\n', signal, { env, timeoutMs })
  if (exitCode !== 0) throw failure(name, 'could not say what it keeps', stdout)
  try {
    const kept: unknown = JSON.parse(stdout)
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

/** Makes a helper forget a login; one that it does not have is forgotten already. */
export async function eraseInCredentialHelper(
  name: string,
  server: string,
  signal: AbortSignal,
  { env = process.env, timeoutMs = STORE_TIMEOUT_MS }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}
): Promise<void> {
  const { exitCode, stdout } = await runHelper(name, 'erase', `${server}\n`, signal, { env, timeoutMs })
  if (exitCode !== 0 && !NOTHING.test(stdout)) throw failure(name, 'could not forget the login', stdout)
}

function failure(name: string, what: string, stdout: string): AppError {
  const known = FAILURES.find(({ says }) => says.test(stdout))
  return new AppError('System', `The credential helper ${shownName(name)} ${what}.`, {
    hint: known?.hint ?? `Run docker login in a terminal to see what ${shownName(name)} says.`
  })
}

/** Whether a program can be found where the docker CLI looks for its helpers. */
export async function isOnPath(program: string, env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  return (await findProgram(program, env['PATH'])) !== null
}

const shownName = (name: string): string => `docker-credential-${oneLine(name, 60)}`

async function runHelper(
  name: string,
  verb: 'get' | 'store' | 'list' | 'erase',
  input: string,
  signal: AbortSignal,
  { env, timeoutMs }: { env: NodeJS.ProcessEnv; timeoutMs: number }
): Promise<RunResult> {
  const shown = shownName(name)
  const program = /^[\w.-]+$/.test(name) ? await findProgram(`docker-credential-${name}`, env['PATH']) : null
  if (program === null) {
    throw new AppError('NotFound', `The docker CLI’s credential helper ${shown} is not installed.`, {
      hint: 'Install it, or take it out of config.json (credsStore or credHelpers).'
    })
  }
  return await run(program, [verb], { env, input, timeoutMs, maxBytes: MAX_BYTES }, signal).catch(
    (thrown: unknown) => {
      const { code } = toAppError(thrown)
      if (code === 'Cancelled') throw thrown
      const words = code === 'Deadline' ? `gave no answer within ${timeoutMs / 1000} s` : 'cannot be run'
      throw new AppError(code, `The credential helper ${shown} ${words}.`)
    }
  )
}

async function findProgram(name: string, path = SYSTEM_PATH): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    if (!isAbsolute(folder)) continue
    const program = join(folder, name)
    try {
      await access(program, constants.X_OK)
      return program
    } catch {
      // The next folder may have it.
    }
  }
  return null
}
