// The engine from the distribution's packages: for each component the newest version that starts on this
// machine is unpacked, never installed.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { verifyFile } from './hash.mjs'
import { megabytes } from './log.mjs'
import { insideOf } from './paths.mjs'
import { runOrThrow } from './run.mjs'
import { whyNotHere } from './starts.mjs'

/**
 * @typedef {import('./engine-spec.mjs').DebianComponent} DebianComponent
 * @typedef {import('./apt-private.mjs').Candidate} Candidate
 *
 * @typedef {object} Fetched
 * @property {string} name
 * @property {string} version
 * @property {string} [package]
 * @property {string} [suite]
 * @property {string} [url]
 * @property {string} sha256 of the archive it came in
 * @property {string[]} paths files below the stage
 */

/**
 * Tries the candidates in order; the first for which `attempt` gives no reason against it is chosen.
 * @param {Candidate[]} candidates
 * @param {(candidate: Candidate) => Promise<string | null>} attempt
 */
export async function chooseCandidate(candidates, attempt) {
  /** @type {{ candidate: Candidate, reason: string }[]} */
  const refused = []
  for (const candidate of candidates) {
    const reason = await attempt(candidate)
    if (reason === null) return { chosen: candidate, refused }
    refused.push({ candidate, reason })
  }
  return { chosen: null, refused }
}

/**
 * The first of several places that is a plain file below a folder. Links are not followed: they could lead out.
 * @param {string} folder
 * @param {string[]} places
 */
export function plainFile(folder, places) {
  for (const place of places) {
    const file = insideOf(folder, place)
    if (fs.existsSync(file) && fs.lstatSync(file).isFile()) return file
  }
  return null
}

/**
 * Takes one component's files out of an unpacked package and proves that they start; a reason when they do not.
 * @param {DebianComponent} component
 * @param {string} unpacked
 * @param {string} stage
 * @param {Record<string, string[]>} checks
 * @returns {Promise<{ reason: string } | { paths: string[] }>}
 */
export async function takeFiles(component, unpacked, stage, checks) {
  /** @type {string[]} */
  const paths = []
  for (const [name, places] of Object.entries({ ...component.files, ...component.extras })) {
    const source = plainFile(unpacked, places)
    if (source) {
      const target = insideOf(stage, name)
      await fsp.mkdir(path.dirname(target), { recursive: true })
      await fsp.copyFile(source, target)
      await fsp.chmod(target, 0o755)
      paths.push(name)
      const args = checks[name]
      const reason = args ? await whyNotHere(target, args) : null
      if (reason) return { reason }
    } else if (component.files[name]) return { reason: `the package has no ${path.basename(name)}` }
  }
  return { paths }
}

/**
 * Fetches one component into the stage. Null when it is optional and no version fits.
 * @param {import('./apt-private.mjs').PrivateApt} apt
 * @param {DebianComponent} component
 * @param {{ stage: string, work: string, checks: Record<string, string[]>, say: (message: string) => void }} context
 * @returns {Promise<Fetched | null>}
 */
export async function fetchDebian(apt, component, { stage, work, checks, say }) {
  /** @type {Candidate[]} */
  const candidates = []
  for (const name of component.packages) candidates.push(...(await apt.candidates(name)))
  /** @type {Fetched | null} */
  let fetched = null
  const { chosen, refused } = await chooseCandidate(candidates, async (candidate) => {
    const folder = await fsp.mkdtemp(path.join(work, 'package-'))
    try {
      const deb = await apt.download(candidate, folder)
      await verifyFile(deb.file, deb.sha256)
      const unpacked = path.join(folder, 'unpacked')
      await runOrThrow('dpkg-deb', ['-x', deb.file, unpacked], { timeoutMs: 120_000 })
      const taken = await takeFiles(component, unpacked, stage, checks)
      if ('reason' in taken) {
        for (const name of Object.keys({ ...component.files, ...component.extras }))
          await fsp.rm(insideOf(stage, name), { force: true })
        return taken.reason
      }
      fetched = {
        name: component.name,
        version: candidate.version,
        package: candidate.name,
        suite: candidate.suite,
        sha256: deb.sha256,
        paths: taken.paths
      }
      say(`${component.name} ${candidate.version} (${candidate.suite}, ${megabytes(deb.bytes)})`)
      return null
    } finally {
      await fsp.rm(folder, { recursive: true, force: true })
    }
  })
  for (const { candidate, reason } of chosen || !component.optional ? refused : [])
    say(`  passed over ${candidate.name} ${candidate.version} (${candidate.suite}): ${reason}`)
  if (chosen) return fetched
  if (component.optional) {
    say(`${component.name}: left out, no version starts here (${refused.at(-1)?.reason ?? 'not offered'})`)
    return null
  }
  throw new Error(
    `No version of ${component.packages.join(' or ')} works on this machine.` +
      refused.map((r) => `\n  ${r.candidate.version} (${r.candidate.suite}): ${r.reason}`).join('')
  )
}
