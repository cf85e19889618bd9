// Gets missing system packages: as root on Debian and Ubuntu they are installed, otherwise the exact command is said.
import { osRelease } from './apt-sources.mjs'
import { since } from './log.mjs'
import { run, runOrThrow, which } from './run.mjs'

/** @typedef {import('./system-needs.mjs').Need} Need */

/** Thrown when a person has to install something; the message is complete. */
export class MissingPackages extends Error {}

/**
 * The package to install for a need: the first of its names that the machine's lists know, else the first one.
 * @param {string[]} names
 * @param {ReadonlySet<string>} known
 */
export function choosePackage(names, known) {
  return names.find((name) => known.has(name)) ?? names.at(-1)
}

/**
 * The packages for all needs, without repetition.
 * @param {Need[]} needs
 * @param {ReadonlySet<string>} known
 */
export function packagesFor(needs, known) {
  const chosen = needs.flatMap((need) => choosePackage(need.packages, known) ?? [])
  return [...new Set(chosen)].sort()
}

/**
 * Which of the names the machine's package lists know as something that can be installed.
 * @param {string[]} names
 */
async function knownPackages(names) {
  const { stdout } = await run('apt-cache', ['policy', ...names], { env: { ...process.env, LC_ALL: 'C' } })
  return parsePolicy(stdout)
}

/**
 * The packages in the output of `apt-cache policy` that have a candidate.
 * @param {string} text
 */
export function parsePolicy(text) {
  const found = [...text.matchAll(/^(\S+):\n\s+Installed: .*\n\s+Candidate: (.*)$/gm)]
  return new Set(found.filter((match) => match[2] !== '(none)').map((match) => match[1] ?? ''))
}

/**
 * The needs as lines, those with the same reason together.
 * @param {Need[]} needs
 */
function listed(needs) {
  const reasons = [...new Set(needs.map((need) => need.why))]
  const all = (/** @type {string} */ why) => needs.filter((need) => need.why === why).map((need) => need.what)
  return reasons.map((why) => `  ${all(why).join(' ')}: ${why}`).join('\n')
}

/**
 * What a person is told who must install the packages.
 * @param {Need[]} needs
 * @param {string[] | null} packages null when the distribution has no apt
 * @param {boolean} root
 */
export function instruction(needs, packages, root) {
  const head = `Some things that Quayside needs are missing on this machine:\n${listed(needs)}\n`
  if (packages === null)
    return `${head}Install the packages of your distribution that hold them, then try again.`
  const sudo = root ? '' : 'sudo '
  return `${head}Install them with this command, then try again:\n\n  ${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packages.join(' ')}\n`
}

/**
 * Installs what is missing, or throws MissingPackages with what to do.
 * @param {Need[]} needs
 * @param {import('./log.mjs').Logger} log
 * @param {{ root?: boolean }} [options]
 */
export async function ensurePackages(needs, log, { root = process.getuid?.() === 0 } = {}) {
  if (needs.length === 0) return log.say('system packages are complete')
  const os = osRelease()
  const apt =
    which('apt-get') !== null && [os.id, ...os.like].some((id) => id === 'debian' || id === 'ubuntu')
  if (!apt || needs.some((need) => need.packages.length === 0))
    throw new MissingPackages(instruction(needs, null, root))
  const names = needs.flatMap((need) => need.packages)
  if (!root)
    throw new MissingPackages(instruction(needs, packagesFor(needs, await knownPackages(names)), root))
  const start = Date.now()
  const wait = ['-o', 'DPkg::Lock::Timeout=300']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  log.say(`missing on this machine:\n${listed(needs)}`)
  log.say('reading the package lists (apt-get update) …')
  await runOrThrow('apt-get', [...wait, 'update'], { env, timeoutMs: 10 * 60_000 })
  const packages = packagesFor(needs, await knownPackages(names))
  log.say(`installing with apt-get: ${packages.join(' ')} …`)
  await runOrThrow('apt-get', [...wait, 'install', '-y', '--no-install-recommends', ...packages], {
    env,
    timeoutMs: 30 * 60_000
  })
  log.say(`system packages are installed (${since(start)})`)
}
