/** Whether a credential helper that nobody chose works at all, asked at most once in a while: the dialog asks with every key. */
import { toAppError, type AppError } from '@shared/errors'

const WHILE_MS = 10_000
/** A keyring that asks for its password has not failed; but nobody waits longer for a look at it. */
const PATIENCE_MS = 5000

type Check = (name: string, signal: AbortSignal, limit: { timeoutMs: number }) => Promise<unknown>

interface Checked {
  readonly at: number
  readonly failure: Promise<AppError | null>
}

/** Why a helper does not work, by a look at it; null when it does, or says that it does not list. */
export function rememberFailures(
  check: Check,
  now: () => number = () => performance.now()
): (name: string) => Promise<AppError | null> {
  const checked = new Map<string, Checked>()
  return async (name) => {
    const before = checked.get(name)
    if (before !== undefined && now() - before.at < WHILE_MS) return await before.failure
    const failure = check(name, new AbortController().signal, { timeoutMs: PATIENCE_MS }).then(
      () => null,
      (thrown: unknown) => {
        const error = toAppError(thrown)
        return error.code === 'InvalidParameter' ? null : error
      }
    )
    checked.set(name, { at: now(), failure })
    return await failure
  }
}
