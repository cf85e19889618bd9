// Runs programs as whole process groups: with a deadline, all output kept, and nothing left behind when it is over.
import { spawn } from 'node:child_process'

/** Groups that are running, so that an interruption can end them. @type {Set<number>} */
const groups = new Set()

/**
 * Sends a signal to a whole group.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended already.
  }
}

/** Ends every running group. */
export function endAll() {
  for (const pid of groups) signalGroup(pid, 'SIGTERM')
}

/**
 * Runs Node.js with arguments.
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, timeoutMs: number }} options
 * @returns {Promise<{ code: number, output: string, timedOut: boolean }>}
 */
export function runGroup(args, { cwd, env, timeoutMs }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true
    })
    const pid = child.pid ?? 0
    groups.add(pid)
    let output = ''
    let timedOut = false
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text))
    // A test runner first gets the chance to stop what it has started.
    const timers = [
      setTimeout(() => {
        timedOut = true
        signalGroup(pid, 'SIGTERM')
      }, timeoutMs),
      setTimeout(() => signalGroup(pid, 'SIGKILL'), timeoutMs + 30_000)
    ]
    /** @param {number} code */
    const done = (code) => {
      for (const timer of timers) clearTimeout(timer)
      groups.delete(pid)
      resolve({ code, output, timedOut })
    }
    child.once('error', (error) => {
      output += error.message
      done(-1)
    })
    child.once('close', (code) => done(timedOut ? -1 : (code ?? -1)))
    // What a test left behind may hold the pipes open for ever: then the rest of the group is ended.
    child.once('exit', () => timers.push(setTimeout(() => signalGroup(pid, 'SIGKILL'), 5_000)))
  })
}

/**
 * Runs tasks, at most `width` at a time, in their order.
 * @template T
 * @param {(() => Promise<T>)[]} tasks
 * @param {number} width
 * @returns {Promise<T[]>}
 */
export async function pool(tasks, width) {
  /** @type {T[]} */
  const results = new Array(tasks.length)
  let next = 0
  const lane = async () => {
    for (let i = next++; i < tasks.length; i = next++) {
      const task = tasks[i]
      if (task) results[i] = await task()
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, tasks.length) }, lane))
  return results
}
