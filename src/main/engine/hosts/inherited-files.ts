/**
 * Keeps what this process has open from an engine that outlives it. Chromium leaves pipes and sockets without
 * close-on-exec; an engine that inherits them keeps the window's processes alive after the app was killed, because they
 * wait for the end of exactly those. Node closes nothing, so each is covered by /dev/null. Used by linux-process.ts.
 */
import { readFileSync, readdirSync } from 'node:fs'

/** O_CLOEXEC as /proc prints it: octal, on every Linux that Electron runs on. */
const CLOSE_ON_EXEC = 0o2000000

/** Numbers of the open files that a child would inherit, standard input, output and error left out. */
export function inheritedFiles(): number[] {
  const files = readdirSync('/proc/self/fd').map(Number)
  return files.filter((file) => file > 2 && isInherited(file)).sort((a, b) => a - b)
}

function isInherited(file: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'utf8'))?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0
  } catch {
    // Closed since it was listed; the listing itself is such a file.
    return false
  }
}

/** `stdio` for spawn: `output` for output and error, and `cover` in the place of each of `files`. */
export function coveringStdio(
  output: number,
  cover: number,
  files: readonly number[]
): ('ignore' | number)[] {
  const stdio: ('ignore' | number)[] = ['ignore', output, output]
  for (const file of files) {
    // In between, `ignore` means that nothing is done about that number.
    while (stdio.length < file) stdio.push('ignore')
    stdio[file] = cover
  }
  return stdio
}
