// Opening images: one whose bytes are many, one whose files are, and two that share their layers with another that was opened before. The limit
// is the system's tar, listing the same stream of the engine and the layers in it. And the frames of a tree that is scrolled.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { root } from '../../scripts/lib/paths.mjs'
import { startApp } from './app.mjs'
import { memoryBytes } from './processes.mjs'
import { untilQuiet } from './session.mjs'

const BYTES_IMAGE = 'bench-bytes:1'
const FILES_IMAGE = 'bench-files:1'
const SAME_LAYERS_IMAGE = 'bench-files:2'
const MORE_LAYERS_IMAGE = 'bench-files:3'
/** What cannot be compressed nor be a hole: a gigabyte in eight files. */
const WRITE_BYTES =
  'mkdir /data && for n in 1 2 3 4 5 6 7 8; do dd if=/dev/urandom of=/data/$n bs=1M count=128; done'
/** 20,000 files in one folder, for scrolling, and 280,000 in folders of a thousand. */
const WRITE_FILES = `awk 'BEGIN {
  system("mkdir -p /data/flat /data/many && cd /data/many && seq 0 279 | xargs mkdir")
  for (i = 0; i < 20000; i++) { file = "/data/flat/file-" i; print i > file; close(file) }
  for (i = 0; i < 280000; i++) { file = "/data/many/" int(i / 1000) "/file-" i; print i > file; close(file) }
}'`
/** Reading a process's memory holds it up. */
const SAMPLE_MS = 500
const PATIENCE_MS = 180_000

/** What the page is asked for: put into it once, by name. */
const PAGE = `globalThis.quaysideImages ??= {
  until: (check) => new Promise((done) => {
    const look = () => (check() ? done(performance.now()) : requestAnimationFrame(look))
    look()
  }),
  tree: (name) => document.querySelector('[role="tree"][aria-label="' + name + '"]'),
  items() {
    return [...(this.tree('Files')?.querySelectorAll('[role="treeitem"]') ?? [])]
  },
  async open(id) {
    const started = performance.now()
    location.hash = '#/images/' + encodeURIComponent(id)
    return (await this.until(() => this.tree('Layers') !== null && this.items().length > 0)) - started
  },
  async leave() {
    location.hash = '#/images'
    await this.until(() => this.tree('Layers') === null)
  },
  async expand(name) {
    const item = () => this.items().find((one) => one.getAttribute('aria-label') === name)
    await this.until(() => item() !== undefined)
    item().focus()
    item().dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
    await this.until(() => item()?.getAttribute('aria-expanded') === 'true')
  },
  async scroll(rows, ms) {
    const tree = this.tree('Files')
    await this.until(() => tree.scrollHeight > rows * 15)
    const frames = []
    let turn = 0
    return new Promise((done) => {
      const started = performance.now()
      let before = started
      const next = (now) => {
        frames.push(now - before)
        before = now
        turn += 1
        tree.scrollTop = turn % 30 === 0 ? Math.random() * tree.scrollHeight : tree.scrollTop + 400
        if (now - started < ms) requestAnimationFrame(next)
        else done(frames.slice(1))
      }
      requestAnimationFrame(next)
    })
  }
}; undefined`

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {number} rounds
 */
export async function measureImages(bench, rounds) {
  const { engine, samples, size } = bench
  const bytes = await build(engine, BYTES_IMAGE, 'busybox:test', WRITE_BYTES)
  const files = await build(engine, FILES_IMAGE, 'busybox:test', WRITE_FILES)
  const same = await build(engine, SAME_LAYERS_IMAGE, FILES_IMAGE, null)
  const more = await build(engine, MORE_LAYERS_IMAGE, FILES_IMAGE, 'echo more > /data/more')
  try {
    for (let round = 0; round < rounds; round++) {
      samples.add('tar', size, {
        'images.bytes': await readWithTar(engine.socket, bytes),
        'images.files': await readWithTar(engine.socket, files),
        'images.moreLayers': await readWithTar(engine.socket, more)
      })
      samples.add('quayside', size, await oneLife(bench, { bytes, files, same, more }))
    }
  } finally {
    for (const id of [more, same, files, bytes]) await engine.call('DELETE', `/images/${id}?force=1`)
  }
}

/**
 * @param {import('./session.mjs').Bench} bench
 * @param {{ bytes: string, files: string, same: string, more: string }} ids
 * @returns {Promise<Record<string, number>>}
 */
async function oneLife({ display, engine, size }, ids) {
  const app = await startApp('quayside', { display, socket: engine.socket, rows: size })
  const ask = (/** @type {string} */ expression) => app.evaluate(`quaysideImages.${expression}`, PATIENCE_MS)
  const open = (/** @type {string} */ id) => peakWhile(app.pid, () => ask(`open('${id}')`))
  try {
    await untilQuiet(app.pid)
    await app.evaluate(PAGE)
    const bytes = await open(ids.bytes)
    await ask('leave()')
    await untilQuiet(app.pid)
    const files = await open(ids.files)
    await ask('leave()')
    await untilQuiet(app.pid)
    const more = await open(ids.more)
    await ask('leave()')
    await untilQuiet(app.pid)
    const same = await open(ids.same)
    for (const name of ['data', 'flat']) await ask(`expand('${name}')`)
    const frames = await ask('scroll(20000, 3000)')
    return {
      'images.bytes': bytes.value,
      'images.bytesMemory': bytes.peak / 1e6,
      'images.files': files.value,
      'images.filesMemory': files.peak / 1e6,
      'images.sameLayers': same.value,
      'images.moreLayers': more.value,
      'images.scrollFrame': Math.max(...frames)
    }
  } finally {
    await app.stop()
  }
}

/**
 * What an action answers, and the most memory in bytes that the app's processes had more than before while it ran.
 * @param {number} pid
 * @param {() => Promise<number>} action
 */
async function peakWhile(pid, action) {
  const before = memoryBytes(pid)
  let peak = before
  let running = true
  const watching = (async () => {
    while (running) {
      peak = Math.max(peak, memoryBytes(pid))
      await wait(SAMPLE_MS)
    }
  })()
  const value = await action().finally(() => {
    running = false
    return watching
  })
  return { value, peak: peak - before }
}

/**
 * An image of what a script leaves, by the bundled buildx: a commit of so many files takes the engine minutes.
 * @param {import('./engine.mjs').BenchEngine} engine
 * @param {string} name
 * @param {string} base
 * @param {string | null} script nothing: only the configuration differs from the base
 * @returns {Promise<string>} its id
 */
async function build(engine, name, base, script) {
  const folder = await mkdtemp('/tmp/qb-build-')
  const bundle = path.join(root, `resources/engine/${process.platform}-${process.arch}`)
  try {
    const plugins = { cliPluginsExtraDirs: [path.join(bundle, 'cli-plugins')] }
    await writeFile(path.join(folder, 'config.json'), JSON.stringify(plugins))
    await writeFile(path.join(folder, 'script'), script ?? '')
    const step = script === null ? 'ENV MORE=1' : 'RUN --mount=target=/context sh /context/script'
    await writeFile(path.join(folder, 'Dockerfile'), `FROM ${base}\n${step}\n`)
    const docker = path.join(bundle, 'bin/docker')
    const env = {
      ...process.env,
      DOCKER_CONFIG: folder,
      DOCKER_HOST: `unix://${engine.socket}`,
      DOCKER_CONTEXT: undefined
    }
    const args = ['build', '--quiet', '--provenance=false', '-t', name, folder]
    const { stdout } = await promisify(execFile)(docker, args, { env })
    return stdout.trim()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Milliseconds for the system's tar to list an image's archive as the engine sends it, and each of its layers.
 * @param {string} socketPath
 * @param {string} id
 * @returns {Promise<number>}
 */
function readWithTar(socketPath, id) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    // What is no layer is refused by the inner one.
    const list = 'tar -tvf - >/dev/null 2>&1 || cat >/dev/null'
    const tar = spawn('tar', ['-xf', '-', `--to-command=${list}`], { stdio: ['pipe', 'ignore', 'inherit'] })
    tar.on('error', reject)
    tar.on('exit', (code) =>
      code === 0 ? resolve(performance.now() - started) : reject(new Error(`tar ended with ${code}`))
    )
    const request = http.request({ socketPath, path: `/images/${id}/get` }, (reply) => {
      reply.on('error', reject).pipe(tar.stdin)
    })
    request.on('error', reject)
    request.end()
  })
}
