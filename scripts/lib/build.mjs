// Builds the app with electron-vite, and only when a source has changed since the last build.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { sha256 } from './hash.mjs'
import { since } from './log.mjs'
import { root } from './paths.mjs'
import { runOrThrow } from './run.mjs'

/** What the result depends on. */
const inputs = [
  'src',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.web.json'
]
/** What a build leaves. */
const outputs = ['out/main/index.js', 'out/renderer/index.html']

/**
 * The plain files below a path, sorted. Tests are left out: they are not part of the app.
 * @param {string} start
 * @returns {string[]}
 */
function filesOf(start) {
  const info = fs.statSync(start, { throwIfNoEntry: false })
  if (info?.isFile()) return /\.test\.tsx?$/.test(start) ? [] : [start]
  if (!info?.isDirectory()) return []
  return fs
    .readdirSync(start)
    .sort()
    .flatMap((name) => filesOf(path.join(start, name)))
}

/**
 * Names the state of the sources.
 * @param {string} project
 */
export function sourceHash(project) {
  const files = inputs.flatMap((name) => filesOf(path.join(project, name)))
  return sha256(
    files.map((file) => `${path.relative(project, file)}\0${sha256(fs.readFileSync(file))}\n`).join('')
  )
}

/**
 * Builds when it is needed.
 * @param {import('./log.mjs').Logger} log
 * @param {string} [project]
 */
export async function ensureBuild(log, project = root) {
  const stamp = path.join(project, 'out', '.sources')
  const hash = sourceHash(project)
  const built = await fsp.readFile(stamp, 'utf8').catch(() => '')
  if (built === hash && outputs.every((name) => fs.existsSync(path.join(project, name))))
    return log.say('the build is up to date')
  const start = Date.now()
  log.say('building …')
  await fsp.rm(stamp, { force: true })
  const bin = path.join(project, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' }
  await runOrThrow(process.execPath, [bin, 'build'], { cwd: project, env, timeoutMs: 10 * 60_000 })
  await fsp.writeFile(stamp, hash)
  log.say(`built (${since(start)})`)
}
