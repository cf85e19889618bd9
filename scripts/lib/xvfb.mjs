// A virtual display of our own: Xvfb on a free number, with a cookie so that no other user can look at it, and
// stopped again by us.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { which } from './run.mjs'

/**
 * The content of an Xauthority file that holds one cookie for every display of this user.
 * @param {Buffer} cookie
 */
export function authorityFile(cookie) {
  /** @param {Buffer} data */
  const counted = (data) => Buffer.concat([Buffer.from([data.length >> 8, data.length & 255]), data])
  const anyHost = Buffer.from([0xff, 0xff])
  const none = Buffer.alloc(0)
  return Buffer.concat([
    anyHost,
    counted(none),
    counted(none),
    counted(Buffer.from('MIT-MAGIC-COOKIE-1')),
    counted(cookie)
  ])
}

/**
 * @typedef {object} Display
 * @property {Record<string, string>} env what a program needs in its environment to use the display
 * @property {string} name `:99` and so on
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a display and waits until it takes connections.
 * @param {{ width?: number, height?: number }} [size]
 * @returns {Promise<Display>}
 */
export async function startDisplay({ width = 1600, height = 1000 } = {}) {
  const program = which('Xvfb')
  if (!program) throw new Error('Xvfb is not installed. Run npm run setup.')
  const folder = await fsp.mkdtemp(path.join(os.tmpdir(), 'quayside-display-'))
  const authority = path.join(folder, 'authority')
  await fsp.writeFile(authority, authorityFile(randomBytes(16)), { mode: 0o600 })
  const screen = ['-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-auth', authority, '-noreset']
  // Its own process group: Ctrl-C in a terminal must reach the app first, which then still needs its display.
  const child = spawn(program, ['-displayfd', '3', ...screen], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const clean = () => {
    child.kill('SIGTERM')
    fs.rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', clean)
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => (said += text))
  try {
    const name = await new Promise((resolve, reject) => {
      // Xvfb writes the number that it took once it is ready.
      let number = ''
      child.stdio[3]?.on('data', (chunk) => {
        number += String(chunk)
        if (number.endsWith('\n')) resolve(`:${number.trim()}`)
      })
      child.once('error', reject)
      child.once('close', () =>
        reject(new Error(`Xvfb ended before it was ready:\n${said.trim().slice(-600)}`))
      )
    })
    const stop = async () => {
      process.off('exit', clean)
      clean()
      await ended
    }
    return { name, env: { DISPLAY: name, XAUTHORITY: authority }, stop }
  } catch (error) {
    process.off('exit', clean)
    clean()
    throw error
  }
}
