// apt in a folder of its own: it downloads packages and checks the archive's signatures, but never installs
// anything and touches nothing of the machine. Needs no root.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { mainArchive, osRelease, readSources } from './apt-sources.mjs'
import { run, runOrThrow } from './run.mjs'

/**
 * @typedef {object} Candidate
 * @property {string} name package name
 * @property {string} version
 * @property {string} suite
 *
 * @typedef {object} Archive
 * @property {string} uri
 * @property {string[]} suites newest first
 * @property {string[]} components
 * @property {string} keyring
 */

/**
 * Which archive to use on this machine: its own mirror, with the suites that may hold a newer engine.
 * @param {string[]} debianSuites
 * @param {import('./apt-sources.mjs').OsRelease} os
 * @param {import('./apt-sources.mjs').AptSource[]} sources
 * @returns {Archive}
 */
export function chooseArchive(debianSuites, os, sources) {
  const main = mainArchive(sources, os.codename)
  if (!main)
    throw new Error(
      `The package sources of this machine name no main archive for "${os.codename || os.id || 'this system'}".`
    )
  if (os.id === 'debian')
    return {
      uri: main.uri,
      suites: [...new Set([...debianSuites, os.codename])].filter(Boolean),
      components: ['main'],
      keyring: main.signedBy ?? '/usr/share/keyrings/debian-archive-keyring.gpg'
    }
  // Ubuntu: newer releases want a newer C library, so its own suites are all there is to choose from.
  return {
    uri: main.uri,
    suites: ['-updates', '-security', ''].map((pocket) => `${os.codename}${pocket}`),
    components: ['main', 'universe'],
    keyring: main.signedBy ?? '/usr/share/keyrings/ubuntu-archive-keyring.gpg'
  }
}

/**
 * The versions in the output of `apt-cache madison`, which lists the newest first.
 * @param {string} text
 * @returns {Candidate[]}
 */
export function parseMadison(text) {
  /** @type {Candidate[]} */
  const found = []
  for (const line of text.split('\n')) {
    const match = /^\s*(\S+) \| \s*(\S+) \| \S+ ([^\s/]+)\/\S+ \S+ Packages$/.exec(line)
    const [, name, version, suite] = match ?? []
    if (name && version && suite && !found.some((c) => c.version === version))
      found.push({ name, version, suite })
  }
  return found
}

/**
 * The download that `apt-get download --print-uris` announces, with the checksum from the signed lists.
 * @param {string} text
 */
export function parsePrintedUri(text) {
  const match = /^'[^']+' (\S+\.deb) (\d+) SHA256:([0-9a-f]{64})$/m.exec(text)
  if (!match) return null
  return { file: path.basename(match[1] ?? ''), bytes: Number(match[2]), sha256: match[3] ?? '' }
}

/** The lines of the machine's configuration that say how its mirror is reached and how old its lists may be. */
const reachSetting = /^Acquire::(http|https|ftp|Retries|ForceIPv[46]|Check-Valid-Until)\b.*"[^"]+";$/i

/** Quotes a value for apt's configuration. @param {string} value */
const quoted = (value) => `"${value.replaceAll('"', '')}"`

/** apt below one folder. */
export class PrivateApt {
  /**
   * @param {string} folder
   * @param {Archive} archive
   */
  constructor(folder, archive) {
    this.folder = folder
    this.archive = archive
    this.env = { ...process.env, APT_CONFIG: path.join(folder, 'apt.conf'), LC_ALL: 'C' }
  }

  /**
   * For this machine, below a folder that is made.
   * @param {string} folder
   * @param {string[]} debianSuites
   */
  static forThisMachine(folder, debianSuites) {
    return new PrivateApt(folder, chooseArchive(debianSuites, osRelease(), readSources()))
  }

  /** Fetches and verifies the package lists of every suite that the mirror has. */
  async update() {
    const { folder, archive } = this
    if (!fs.existsSync(archive.keyring))
      throw new Error(
        `The archive's keyring ${archive.keyring} is missing: install the package that holds it.`
      )
    for (const name of ['lists/partial', 'cache/archives/partial', 'state', 'log', 'parts'])
      await fsp.mkdir(path.join(folder, name), { recursive: true })
    await fsp.writeFile(path.join(folder, 'status'), '')
    const line = (/** @type {string} */ suite) =>
      `deb [signed-by=${archive.keyring}] ${archive.uri} ${suite} ${archive.components.join(' ')}`
    await fsp.writeFile(path.join(folder, 'sources.list'), `${archive.suites.map(line).join('\n')}\n`)
    await fsp.writeFile(this.env.APT_CONFIG, await this.#config())
    const result = await run('apt-get', ['update'], { env: this.env, timeoutMs: 10 * 60_000 })
    if (result.code !== 0 && (await this.candidates('docker.io')).length === 0)
      throw new Error(
        `apt could not read the package lists of this machine's mirror:\n${result.stderr.trim().slice(-800)}`
      )
  }

  /** Our folders instead of the machine's; of its own configuration only how it reaches the mirror. */
  async #config() {
    const own = (await run('apt-config', ['dump'])).stdout.split('\n')
    const reach = own.filter((l) => reachSetting.test(l))
    const at = (/** @type {string} */ name) => quoted(path.join(this.folder, name))
    return [
      ...reach,
      `Dir::Etc::main "/dev/null";`,
      `Dir::Etc::parts ${at('parts')};`,
      `Dir::Etc::sourcelist ${at('sources.list')};`,
      `Dir::Etc::sourceparts ${at('parts')};`,
      `Dir::State ${at('state')};`,
      `Dir::State::lists ${at('lists')};`,
      `Dir::State::status ${at('status')};`,
      `Dir::Cache ${at('cache')};`,
      `Dir::Log ${at('log')};`,
      // The folder may lie in a home that apt's own user cannot enter.
      `APT::Sandbox::User "root";`,
      `Acquire::Languages "none";`,
      ''
    ].join('\n')
  }

  /**
   * The versions of a package in all suites, newest first.
   * @param {string} name
   */
  async candidates(name) {
    return parseMadison((await run('apt-cache', ['madison', name], { env: this.env })).stdout)
  }

  /**
   * Downloads one version of a package into a folder.
   * @param {Candidate} candidate
   * @param {string} folder
   */
  async download(candidate, folder) {
    const wish = `${candidate.name}=${candidate.version}`
    const options = { env: this.env, cwd: folder, timeoutMs: 20 * 60_000 }
    const announced = parsePrintedUri(
      (await runOrThrow('apt-get', ['download', '--print-uris', wish], options)).stdout
    )
    if (!announced) throw new Error(`apt does not say where ${wish} comes from.`)
    await runOrThrow('apt-get', ['download', '-q', wish], options)
    return { ...announced, file: path.join(folder, announced.file) }
  }
}
