/** What an exit code says, in words: Docker's own codes, the shell's, and the signals. Pure; used by rules, pages and notifications. */

/** Signals by number on Linux, with what each means for a process that dies of it. */
const SIGNALS: Readonly<Record<number, readonly [name: string, meaning: string]>> = {
  1: ['SIGHUP', 'its terminal was closed'],
  2: ['SIGINT', 'it was interrupted, as by Ctrl+C'],
  3: ['SIGQUIT', 'it was asked to quit'],
  4: ['SIGILL', 'it executed an instruction this processor does not have'],
  5: ['SIGTRAP', 'it hit a breakpoint or gave up on purpose'],
  6: ['SIGABRT', 'it aborted itself'],
  7: ['SIGBUS', 'it touched memory that is not there'],
  8: ['SIGFPE', 'an arithmetic error, such as a division by zero'],
  9: ['SIGKILL', 'it was killed'],
  10: ['SIGUSR1', 'it was sent a user signal it does not handle'],
  11: ['SIGSEGV', 'it crashed on an invalid memory access'],
  12: ['SIGUSR2', 'it was sent a user signal it does not handle'],
  13: ['SIGPIPE', 'nobody read its output any more'],
  14: ['SIGALRM', 'its own alarm went off'],
  15: ['SIGTERM', 'it was asked to end'],
  24: ['SIGXCPU', 'it used up its CPU time'],
  25: ['SIGXFSZ', 'a file grew too large'],
  28: ['SIGWINCH', 'it was asked to end'],
  31: ['SIGSYS', 'it made a system call that is not allowed']
}

/** `SIGKILL` for 137; null when the code stands for no signal. */
export function signalOf(exitCode: number): string | null {
  return exitCode > 128 && exitCode < 192 ? (SIGNALS[exitCode - 128]?.[0] ?? null) : null
}

/** `SIGKILL` for 9; `signal 40` for one without a name. */
export function signalName(signal: number): string {
  return SIGNALS[signal]?.[0] ?? `signal ${signal}`
}

const DOCKER_CODES: Readonly<Record<number, string>> = {
  0: 'it ended without an error',
  125: 'Docker itself could not run it',
  126: 'the command was found but cannot be executed',
  127: 'the command was not found',
  128: 'Docker could not start it'
}

/** "Exit code 137: it was killed (SIGKILL)". */
export function exitWords(exitCode: number): string {
  const docker = DOCKER_CODES[exitCode]
  if (docker !== undefined) return `Exit code ${exitCode}: ${docker}`
  const signal = signalOf(exitCode)
  const meaning = SIGNALS[exitCode - 128]?.[1]
  if (signal !== null && meaning !== undefined) return `Exit code ${exitCode}: ${meaning} (${signal})`
  return `Exit code ${exitCode}: it reported an error`
}
