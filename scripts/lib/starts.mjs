// Finds out whether a program can run on this machine: linked libraries present, C library new enough.
import { run } from './run.mjs'

/** What the loader says about a program that it cannot load. */
const loaderError =
  /error while loading shared libraries|version `[^']+' not found|cannot execute|Exec format error|symbol lookup error/i

/**
 * Why a finished run means that the program cannot work here, or null.
 * @param {import('./run.mjs').RunResult} result
 */
export function cannotStart(result) {
  const text = `${result.stderr}\n${result.stdout}`
  const line = text.split('\n').find((l) => loaderError.test(l))
  if (line)
    return line
      .replace(/^\S*\/([^/\s:]+):/, '$1:')
      .replace(/ \(required by .*\)/, '')
      .trim()
  if (result.timedOut) return 'it did not answer in time'
  if (result.code === -1) return result.stderr.trim() || 'it could not be started'
  // 2 is how older programs answer a flag that they do not know: they did start.
  if (result.code !== 0 && !(result.code === 2 && /flag provided but not defined/.test(text)))
    return `exit code ${result.code}: ${text.trim().split('\n')[0] ?? ''}`
  return null
}

/**
 * Starts a program with harmless arguments; null when that works, else the reason.
 * @param {string} file
 * @param {readonly string[]} args
 */
export async function whyNotHere(file, args) {
  return cannotStart(await run(file, args, { timeoutMs: 30_000 }))
}
