/**
 * Asks one of the docker CLI's credential helpers (`docker-credential-pass` and the like) for a login. Used by make-router.
 * A helper that is missing, hangs or fails says so in one sentence that never holds what it printed on its output.
 */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { oneLine } from '@shared/docker/text'
import { AppError, toAppError } from '@shared/errors'
import { run, SYSTEM_PATH } from './child-process'

export const HELPER_TIMEOUT_MS = 10_000
const MAX_BYTES = 1024 * 1024
/** What helpers print, on their output and with exit code 1, when they have nothing for a server. */
const NOTHING = /credentials not found|no credentials server URL|no username provided/i

/** The helper's answer; null when it has no login for `server`. */
export async function askCredentialHelper(
  name: string,
  server: string,
  signal: AbortSignal,
  { env = process.env, timeoutMs = HELPER_TIMEOUT_MS }: { env?: NodeJS.ProcessEnv; timeoutMs?: number } = {}
): Promise<string | null> {
  const shown = `docker-credential-${oneLine(name, 60)}`
  const program = /^[\w.-]+$/.test(name) ? await findProgram(`docker-credential-${name}`, env['PATH']) : null
  if (program === null) {
    throw new AppError('NotFound', `The docker CLI’s credential helper ${shown} is not installed.`)
  }
  const options = { env, input: `${server}\n`, timeoutMs, maxBytes: MAX_BYTES }
  const { exitCode, stdout } = await run(program, ['get'], options, signal).catch((thrown: unknown) => {
    const { code } = toAppError(thrown)
    if (code === 'Cancelled') throw thrown
    const words = code === 'Deadline' ? `gave no answer within ${timeoutMs / 1000} s` : 'cannot be run'
    throw new AppError(code, `The credential helper ${shown} ${words}.`)
  })
  if (exitCode === 0) return stdout
  if (NOTHING.test(stdout)) return null
  throw new AppError('System', `The credential helper ${shown} failed.`)
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
