// Programs that only some tests need: real credential helpers with what they stand on, and Notary's server. What cannot be had
// is said, and its tests are skipped; nothing else depends on them. Called by setup.mjs for a test run on Linux.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { root } from './paths.mjs'
import { run, which } from './run.mjs'

/** Program -> the package that holds it. */
const programs = {
  gpg: 'gnupg',
  pass: 'pass',
  'dbus-daemon': 'dbus',
  'gnome-keyring-daemon': 'gnome-keyring',
  'notary-server': 'notary'
}

/** Where the credential helpers are. Not installed: the docker CLI would then look for every login of every test with them. */
const helpersFolder = path.join(root, 'node_modules', '.cache', 'credential-helpers')
const helpersPackage = 'golang-docker-credential-helpers'

/**
 * Gets what is missing, as far as it can be had here.
 * @param {import('./log.mjs').Logger} log
 */
export async function ensureTestTools(log) {
  const missing = Object.entries(programs).filter(([program]) => !which(program))
  const helpers = fs.existsSync(path.join(helpersFolder, 'docker-credential-pass'))
  if (missing.length === 0 && helpers) return
  if (which('apt-get') === null || which('dpkg-deb') === null)
    return log.warn('some tests are skipped: this machine has no apt to get their programs with')
  const admin = process.getuid?.() === 0
  const update = () => run('apt-get', ['update'], { timeoutMs: 10 * 60_000 })
  // Together, and where that fails one by one: a release that has not all of them has the others.
  const names = missing.map(([, name]) => name)
  if (admin && names.length > 0) {
    await update()
    if (!(await install(names))) for (const name of names) await install([name])
  }
  const left = missing.filter(([program]) => !which(program)).map(([, name]) => name)
  // Without lists, or with old ones, nothing is found; reading them takes a while.
  const unpacked =
    helpers || (await unpackHelpers()) || (admin && (await update()) && (await unpackHelpers()))
  if (!unpacked) left.push(helpersPackage)
  if (left.length > 0)
    log.warn(`some tests are skipped, because these packages are missing: ${left.join(' ')}`)
}

/** @param {string[]} names */
async function install(names) {
  const options = '-o DPkg::Lock::Timeout=300 install -y --no-install-recommends'.split(' ')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return (await run('apt-get', [...options, ...names], { env, timeoutMs: 10 * 60_000 })).code === 0
}

/** Unpacks the helpers without installing them; answers whether they are there. */
async function unpackHelpers() {
  const target = helpersFolder
  await fsp.mkdir(path.dirname(target), { recursive: true })
  const work = await fsp.mkdtemp(`${target}-`)
  try {
    const fetched = await run('apt-get', ['download', '-q', helpersPackage], {
      cwd: work,
      timeoutMs: 5 * 60_000
    })
    const [archive] = (await fsp.readdir(work)).filter((name) => name.endsWith('.deb'))
    if (fetched.code !== 0 || archive === undefined) return false
    const unpacked = await run('dpkg-deb', ['-x', path.join(work, archive), path.join(work, 'tree')])
    if (unpacked.code !== 0) return false
    await fsp.rm(target, { recursive: true, force: true })
    await fsp.rename(path.join(work, 'tree', 'usr', 'bin'), target)
    return true
  } catch {
    return false
  } finally {
    await fsp.rm(work, { recursive: true, force: true })
  }
}
