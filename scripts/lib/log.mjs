// Everything the scripts say to a person goes through here: one short line each, with the name of the
// step in front, and a progress line that is rewritten on a terminal and thinned out in a log file.

/**
 * @typedef {object} Logger
 * @property {(message: string) => void} say one line on stdout
 * @property {(message: string) => void} warn one line on stderr
 * @property {(message: string) => void} progress a line that replaces the one before it on a terminal
 */

/**
 * A logger whose lines carry the name of the step.
 * @param {string} step
 * @returns {Logger}
 */
export function logger(step) {
  const terminal = process.stdout.isTTY === true
  let open = false
  const finish = () => {
    if (open) process.stdout.write('\n')
    open = false
  }
  return {
    say(message) {
      finish()
      console.log(`[${step}] ${message}`)
    },
    warn(message) {
      finish()
      console.error(`[${step}] ${message}`)
    },
    progress(message) {
      if (!terminal) return console.log(`[${step}] ${message}`)
      process.stdout.write(`\r\x1b[2K[${step}] ${message}`)
      open = true
    }
  }
}

/**
 * A number of bytes as people read it.
 * @param {number} bytes
 */
export function megabytes(bytes) {
  const mb = bytes / 1e6
  return mb >= 10 ? `${mb.toFixed(0)} MB` : `${mb.toFixed(1)} MB`
}

/**
 * A time since `start` (milliseconds of Date.now()) as people read it.
 * @param {number} start
 */
export function since(start) {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`
}

/**
 * The message of anything that was thrown.
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error)
}
