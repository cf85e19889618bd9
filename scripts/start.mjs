// `npm start -- <arguments>`: gets everything ready and starts the app with the arguments passed on. Without a display
// it starts a virtual one, and the app then saves a picture of its window once the engine runs. Signals are passed on
// so that the app quits properly; the exit code is the app's.
import { spawn } from 'node:child_process'
import fsp from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { logger } from './lib/log.mjs'
import { root } from './lib/paths.mjs'
import { startDisplay } from './lib/xvfb.mjs'
import { hasDisplay, runMain, setup } from './setup.mjs'

const log = logger('start')

/**
 * Runs Electron to its end; its exit code, or 128 and the signal's number as a shell would say.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function runApp(program, args, env) {
  // Its own process group: otherwise Ctrl-C would reach it twice, from the terminal and from here.
  const child = spawn(program, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    detached: process.platform !== 'win32'
  })
  const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  const pass = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal)
  for (const signal of signals) process.on(signal, pass)
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`Cannot start ${program}: ${error.message}`)))
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, pass)
      resolve(code ?? 128 + (os.constants.signals[signal ?? 'SIGTERM'] ?? 0))
    })
  })
}

/** Gets ready, then runs the app. */
async function main() {
  await setup({ tests: false })
  const { electronProgram } = await import('./lib/electron-dist.mjs')
  const args = ['.', ...process.argv.slice(2)]
  if (process.getuid?.() === 0 && !args.includes('--no-sandbox')) {
    log.say("started as root: adding --no-sandbox, because Chromium's sandbox does not work for root")
    args.unshift('--no-sandbox')
  }
  const env = { ...process.env }
  // Set by editors that are Electron apps themselves; our Electron would start as plain Node.js.
  delete env['ELECTRON_RUN_AS_NODE']
  if (hasDisplay()) return runApp(electronProgram(), args, env)
  const display = await startDisplay()
  // Without a desktop there is no message bus and no GPU either, and Chromium would complain of it line after line.
  if (!args.some((arg) => /^--(log-level|enable-logging)\b/.test(arg))) args.unshift('--log-level=3')
  try {
    env['QUAYSIDE_SCREENSHOT'] ??= path.join(
      await fsp.mkdtemp(path.join(os.tmpdir(), 'quayside-')),
      'window.png'
    )
    log.say(`no display here: the window is on the virtual display ${display.name}`)
    log.say(`a picture of it is saved once the engine runs: ${env['QUAYSIDE_SCREENSHOT']}`)
    return await runApp(electronProgram(), args, { ...env, ...display.env })
  } finally {
    await display.stop()
  }
}

await runMain(main)
