// Runs other programs: no shell, output collected, a deadline, and errors that say what to do about them.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs] the program is killed after this time
 * @property {boolean} [show] pass the output through instead of collecting it
 * @property {string} [input] text for standard input
 *
 * @typedef {object} RunResult
 * @property {number} code exit code; -1 when the program could not be started, was killed or timed out
 * @property {string} stdout
 * @property {string} stderr
 * @property {boolean} timedOut
 */

/**
 * Runs a program to its end. Never throws: a program that cannot be started is a result with code -1.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const collect = options.show !== true
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: [
        options.input === undefined ? 'ignore' : 'pipe',
        collect ? 'pipe' : 'inherit',
        collect ? 'pipe' : 'inherit'
      ]
    })
    let stdout = ''
    let stderr = ''
    let timedOut = false
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text))
    child.stdin?.on('error', () => undefined).end(options.input)
    const timer = options.timeoutMs
      ? setTimeout(() => {
          timedOut = true
          child.kill('SIGKILL')
        }, options.timeoutMs)
      : undefined
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ code: -1, stdout, stderr: stderr || error.message, timedOut })
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? -1, stdout, stderr, timedOut })
    })
  })
}

/**
 * Runs a program and throws when it fails; the error names the command and the end of what it printed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export async function runOrThrow(program, args, options = {}) {
  const result = await run(program, args, options)
  if (result.code === 0) return result
  const said = (result.stderr.trim() || result.stdout.trim()).slice(-1500)
  const how = result.timedOut
    ? `did not end within ${(options.timeoutMs ?? 0) / 1000} s`
    : `failed (exit ${result.code})`
  throw new Error(`${[program, ...args].join(' ')} ${how}${said ? `:\n${said}` : ''}`)
}

/**
 * Finds a program in PATH or in the system folders that an ordinary user's PATH may lack; null when there is none.
 * @param {string} name
 * @param {string} [searchPath]
 */
export function which(name, searchPath = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`) {
  for (const folder of searchPath.split(path.delimiter)) {
    if (!folder) continue
    const file = path.join(folder, name)
    try {
      fs.accessSync(file, fs.constants.X_OK)
      if (fs.statSync(file).isFile()) return file
    } catch {
      // Not in this folder.
    }
  }
  return null
}
