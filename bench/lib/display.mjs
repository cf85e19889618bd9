// A screen of our own for the measured windows, so that nothing else draws on it. Uses the given one where there is no Xvfb.
import { spawn } from 'node:child_process'
import { which } from '../../scripts/lib/run.mjs'

/**
 * Starts a virtual screen on the first free display number.
 * @returns {Promise<{ name: string, stop(): Promise<void> }>}
 */
export async function startDisplay() {
  const program = which('Xvfb')
  if (program === null) {
    const name = process.env['DISPLAY']
    if (!name) throw new Error('The benchmarks need a screen: install Xvfb, or set DISPLAY.')
    return { name, stop: () => Promise.resolve() }
  }
  const args = ['-displayfd', '3', '-screen', '0', '1400x900x24', '-nolisten', 'tcp', '-noreset']
  const server = spawn(program, args, {
    // Ctrl-C is for us: the screen goes last.
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe']
  })
  const ended = new Promise((done) => server.once('exit', done))
  const number = await new Promise((resolve, reject) => {
    server.stdio[3]?.once('data', (data) => resolve(String(data).trim()))
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)))
  })
  return {
    name: `:${number}`,
    async stop() {
      server.kill('SIGTERM')
      await ended
    }
  }
}
