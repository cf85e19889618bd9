// Builds from the form: one of a context of files with stages side by side, one that prints half a million lines while its
// page is open; the engine passes on what its limit for a step's log lets through. The limit is the bundled buildx, which the CLI runs as well, with the same context.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { root } from '../../scripts/lib/paths.mjs'
import { startApp } from './app.mjs'
import { cpuSeconds } from './processes.mjs'
import { untilQuiet } from './session.mjs'

const FILES = 3000
const LINES = 500_000
const FILL = 'the quick brown fox jumps over the lazy dog'
const PATIENCE_MS = 120_000

const STAGES = `FROM busybox:test AS one
COPY . /context
RUN cat /context/*/* | sha256sum > /one
FROM busybox:test AS two
COPY . /context
RUN find /context -type f | xargs md5sum > /two
FROM busybox:test
COPY --from=one /one /
COPY --from=two /two /
`
const PRINTS = `FROM busybox:test
RUN awk 'BEGIN{for(i=1;i<=${LINES};i++) printf "%08d ${FILL}\\n", i}'
`

/** What the page is asked for: put into it once, by name. */
const PAGE = `globalThis.quaysideBuilds ??= {
  until: (what, check, patience = 20000) => new Promise((done, fail) => {
    const started = performance.now()
    const look = () => {
      if (check()) done(performance.now())
      else if (performance.now() - started > patience) fail(new Error('waited for ' + what + ': ' + document.querySelector('[role="dialog"], main')?.textContent.slice(0, 900)))
      else requestAnimationFrame(look)
    }
    look()
  }),
  dialog: () => document.querySelector('[role="dialog"]'),
  button: (within, name) => [...(within?.querySelectorAll('button') ?? [])].find((one) => one.textContent.trim() === name),
  field(name) {
    const label = [...this.dialog().querySelectorAll('label')].find((one) => one.textContent.trim().startsWith(name))
    return label.control ?? label.querySelector('input')
  },
  async build(context) {
    const main = document.querySelector('main')
    location.hash = '#/images'
    await this.until('the page', () => this.button(main, 'Build') !== undefined)
    this.button(main, 'Build').click()
    await this.until('the dialog', () => this.dialog() !== null)
    const box = this.field('Context')
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, context)
    box.dispatchEvent(new Event('input', { bubbles: true }))
    const fresh = this.field('No cache')
    if (!fresh.checked) fresh.click()
    await new Promise((done) => setTimeout(done, 500))
    const frames = []
    let before = performance.now()
    const next = (now) => {
      frames.push(now - before)
      before = now
      if (this.running) requestAnimationFrame(next)
    }
    this.running = true
    const started = performance.now()
    this.button(this.dialog(), 'Build').click()
    await this.until('the beginning', () => this.button(main, 'Cancel') !== undefined)
    // The page itself is there once its log shows something.
    await this.until('the log', () => (main.querySelector('[role="log"]')?.textContent ?? '') !== '')
    before = performance.now()
    requestAnimationFrame(next)
    const ended = await this.until('the end', () => this.button(main, 'Rebuild') !== undefined, ${PATIENCE_MS})
    this.running = false
    if (document.querySelector('main [role="alert"]') !== null) throw new Error(document.querySelector('main [role="alert"]').textContent)
    return { ms: ended - started, frame: Math.max(...frames.slice(1)) }
  }
}; undefined`

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {number} rounds
 */
export async function measureBuilds(bench, rounds) {
  const folder = await mkdtemp('/tmp/qb-builds-')
  try {
    const stages = await makeContext(path.join(folder, 'stages'), STAGES, FILES)
    const prints = await makeContext(path.join(folder, 'prints'), PRINTS, 0)
    for (let round = 0; round < rounds; round++) {
      const cli = await runBuildx(bench.engine.socket, folder, stages)
      const lines = await runBuildx(bench.engine.socket, folder, prints)
      bench.samples.add('buildx', bench.size, {
        'builds.wall': cli.ms,
        'builds.cpu': cli.cpuSeconds,
        'builds.lines': lines.ms
      })
      bench.samples.add('quayside', bench.size, await oneLife(bench, stages, prints))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {string} stages
 * @param {string} prints
 * @returns {Promise<Record<string, number>>}
 */
async function oneLife({ display, engine, size }, stages, prints) {
  const app = await startApp('quayside', { display, socket: engine.socket, rows: size })
  const build = (/** @type {string} */ context) =>
    app.evaluate(`quaysideBuilds.build(${JSON.stringify(context)})`, PATIENCE_MS + 30_000)
  try {
    await untilQuiet(app.pid)
    await app.evaluate(PAGE)
    const before = cpuSeconds(app.pid)
    const built = await build(stages)
    const cpu = cpuSeconds(app.pid) - before
    await untilQuiet(app.pid)
    const printed = await build(prints)
    return {
      'builds.wall': built.ms,
      'builds.cpu': cpu,
      'builds.lines': printed.ms,
      'builds.frame': printed.frame
    }
  } finally {
    await app.stop()
  }
}

/**
 * @param {string} folder
 * @param {string} dockerfile
 * @param {number} files of ten kilobytes
 */
async function makeContext(folder, dockerfile, files) {
  for (let group = 0; group < Math.ceil(files / 100); group++) {
    await mkdir(path.join(folder, `group-${group}`), { recursive: true })
  }
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'Dockerfile'), dockerfile)
  for (let file = 0; file < files; file++) {
    const place = path.join(folder, `group-${Math.floor(file / 100)}`, `file-${file}`)
    await writeFile(place, `${FILL} ${file}\n`.repeat(200))
  }
  return folder
}

/**
 * As the app runs it, its progress read and thrown away.
 * @param {string} socket
 * @param {string} home
 * @param {string} context
 * @returns {Promise<{ ms: number, cpuSeconds: number }>}
 */
async function runBuildx(socket, home, context) {
  const program = path.join(
    root,
    `resources/engine/${process.platform}-${process.arch}/cli-plugins/docker-buildx`
  )
  const args = ['build', '--no-cache', '--load', '--progress', 'rawjson', context]
  const env = { PATH: process.env['PATH'], HOME: home, DOCKER_CONFIG: home, DOCKER_HOST: `unix://${socket}` }
  const started = performance.now()
  // The shell tells what its children used: minutes and seconds of user and of system, its own on the line before.
  const child = spawn(
    '/bin/sh',
    ['-c', '"$@" 2>/dev/null; code=$?; times; exit $code', 'sh', program, ...args],
    {
      env,
      stdio: ['ignore', 'pipe', 'inherit']
    }
  )
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part) => (text += part))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`buildx ended with ${code}`)
  const used = [...(text.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  return {
    ms: performance.now() - started,
    cpuSeconds: used.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
  }
}
