// Builds from the form: one of a context of files with stages side by side, one that prints half a million lines while its
// page is open; the engine passes on what its limit for a step's log lets through, and without BuildKit all of them. The
// limits are the bundled buildx and CLI with the same context. Frames are counted in a build of their own, because
// counting them costs time, and beside those of an empty window meanwhile: both cores are busy with the build itself.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { root } from '../../scripts/lib/paths.mjs'
import { startApp } from './app.mjs'
import { FRAMES, PAGE, PATIENCE_MS } from './builds-page.mjs'
import { cpuSeconds } from './processes.mjs'
import { LONG_FRAME_MS, untilQuiet } from './session.mjs'

const FILES = 3000
const LINES = 500_000
const FILL = 'the quick brown fox jumps over the lazy dog'

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

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {number} rounds
 */
export async function measureBuilds(bench, rounds) {
  const folder = await mkdtemp('/tmp/qb-builds-')
  try {
    const stages = await makeContext(path.join(folder, 'stages'), STAGES, FILES)
    const prints = await makeContext(path.join(folder, 'prints'), PRINTS, 0)
    const { samples, size, engine } = bench
    for (let round = 0; round < rounds; round++) {
      // As fresh as the app's: of a home it knows, the engine has the context already, and takes only what changed.
      const home = await mkdtemp(path.join(folder, 'home-'))
      const files = await runBuild(buildx(stages), engine.socket, home)
      const lines = await runBuild(buildx(prints), engine.socket, home)
      const allLines = await runBuild(classic(prints), engine.socket, home)
      samples.add('buildx', size, {
        'builds.wall': files.ms,
        'builds.cpu': files.cpuSeconds,
        'builds.lines': lines.ms
      })
      samples.add('docker build', size, { 'builds.allLines': allLines.ms })
      samples.add('floor', size, await emptyWindow(bench, home, prints))
      samples.add('quayside', size, await oneLife(bench, stages, prints))
      samples.add('quayside', size, await lifeWithoutBuildKit(bench, prints))
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
function oneLife(bench, stages, prints) {
  return withForm(bench, {}, async ({ pid }, build) => {
    const before = cpuSeconds(pid)
    const built = await build(stages)
    const cpu = cpuSeconds(pid) - before
    await untilQuiet(pid)
    const printed = await build(prints)
    await untilQuiet(pid)
    const { frames } = await build(prints, true)
    return {
      'builds.wall': built.ms,
      'builds.cpu': cpu,
      'builds.lines': printed.ms,
      'builds.frame': Math.max(...frames),
      'builds.longFrames': longShare(frames)
    }
  })
}

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {string} prints
 * @returns {Promise<Record<string, number>>}
 */
function lifeWithoutBuildKit(bench, prints) {
  return withForm(bench, { DOCKER_BUILDKIT: '0' }, async ({ pid }, build) => {
    const printed = await build(prints)
    await untilQuiet(pid)
    const { frames } = await build(prints, true)
    return {
      'builds.allLines': printed.ms,
      'builds.allFrame': Math.max(...frames),
      'builds.allLongFrames': longShare(frames)
    }
  })
}

/**
 * A life of the app in whose form builds are started.
 * @template T
 * @param {import('./session.mjs').Bench} bench
 * @param {Record<string, string>} env
 * @param {(app: import('./app.mjs').RunningApp, build: (context: string, counted?: boolean) => Promise<{ ms: number, frames: number[] }>) => Promise<T>} live
 * @returns {Promise<T>}
 */
async function withForm({ display, engine, size }, env, live) {
  const app = await startApp('quayside', { display, socket: engine.socket, rows: size, env })
  try {
    await untilQuiet(app.pid)
    await app.evaluate(FRAMES)
    await app.evaluate(PAGE)
    return await live(app, (context, counted = false) =>
      app.evaluate(`quaysideBuilds.build(${JSON.stringify(context)}, ${counted})`, PATIENCE_MS + 30_000)
    )
  } finally {
    await app.stop()
  }
}

/**
 * What the machine itself has left for a window during such builds.
 * @param {import('./session.mjs').Bench} bench
 * @param {string} home
 * @param {string} prints
 * @returns {Promise<Record<string, number>>}
 */
async function emptyWindow({ display, engine, size }, home, prints) {
  const app = await startApp('floor', { display, socket: engine.socket, rows: size })
  const during = async (/** @type {Command} */ command) => {
    await untilQuiet(app.pid)
    await app.evaluate('quaysideFrames.start()')
    await runBuild(command, engine.socket, home)
    return await app.evaluate('quaysideFrames.stop()')
  }
  try {
    await app.evaluate(FRAMES)
    const frames = await during(buildx(prints))
    const allFrames = await during(classic(prints))
    return {
      'builds.frame': Math.max(...frames),
      'builds.longFrames': longShare(frames),
      'builds.allFrame': Math.max(...allFrames),
      'builds.allLongFrames': longShare(allFrames)
    }
  } finally {
    await app.stop()
  }
}

/**
 * In percent.
 * @param {readonly number[]} frames milliseconds
 */
function longShare(frames) {
  return (100 * frames.filter((ms) => ms > LONG_FRAME_MS).length) / frames.length
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
 * @typedef {object} Command
 * @property {string} program in the engine's folder
 * @property {readonly string[]} args
 * @property {Record<string, string>} env
 */

/** As the app runs it. @param {string} context @returns {Command} */
const buildx = (context) => ({
  program: 'cli-plugins/docker-buildx',
  args: ['build', '--no-cache', '--load', '--progress', 'rawjson', context],
  env: {}
})

/** @param {string} context @returns {Command} */
const classic = (context) => ({
  program: 'bin/docker',
  args: ['build', '--no-cache', context],
  env: { DOCKER_BUILDKIT: '0' }
})

/**
 * Its progress is read and thrown away.
 * @param {Command} command
 * @param {string} socket
 * @param {string} home
 * @returns {Promise<{ ms: number, cpuSeconds: number }>}
 */
async function runBuild(command, socket, home) {
  const program = path.join(root, `resources/engine/${process.platform}-${process.arch}`, command.program)
  const surroundings = { PATH: process.env['PATH'], HOME: home, DOCKER_CONFIG: home }
  const env = { ...surroundings, ...command.env, DOCKER_HOST: `unix://${socket}` }
  const started = performance.now()
  // The shell tells what its children used: minutes and seconds of user and of system, its own on the line before.
  const child = spawn(
    '/bin/sh',
    ['-c', '"$@" 2>/dev/null; code=$?; times; exit $code', 'sh', program, ...command.args],
    {
      env,
      stdio: ['ignore', 'pipe', 'inherit']
    }
  )
  // Its last lines hold the times.
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part) => (text = (text + part).slice(-4096)))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${command.program} ended with ${code}`)
  const used = [...(text.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  return {
    ms: performance.now() - started,
    cpuSeconds: used.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
  }
}
