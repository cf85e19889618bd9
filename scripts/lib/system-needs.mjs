// What the machine itself must have: Electron's shared libraries, and programs that the engine calls. Found out by
// looking for what is really missing, not by asking which packages are installed.
import fs from 'node:fs'
import { run, which } from './run.mjs'

/**
 * @typedef {object} Need
 * @property {string} what the library or program that is missing
 * @property {string} why
 * @property {string[]} packages names in Debian and Ubuntu, the newer name first
 *
 * @typedef {object} Purpose
 * @property {string} electron Electron's program, asked for its libraries
 * @property {boolean} display a virtual display is needed
 * @property {boolean} tests the tests will run
 */

/** Shared library -> the package that holds it. Ubuntu 24.04 and Debian 13 renamed some (`t64`). @type {Record<string, string[]>} */
export const libraryPackages = {
  'libX11.so.6': ['libx11-6'],
  'libXcomposite.so.1': ['libxcomposite1'],
  'libXdamage.so.1': ['libxdamage1'],
  'libXext.so.6': ['libxext6'],
  'libXfixes.so.3': ['libxfixes3'],
  'libXrandr.so.2': ['libxrandr2'],
  'libasound.so.2': ['libasound2t64', 'libasound2'],
  'libatk-1.0.so.0': ['libatk1.0-0t64', 'libatk1.0-0'],
  'libatk-bridge-2.0.so.0': ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  'libatspi.so.0': ['libatspi2.0-0t64', 'libatspi2.0-0'],
  'libcairo.so.2': ['libcairo2'],
  'libcups.so.2': ['libcups2t64', 'libcups2'],
  'libdbus-1.so.3': ['libdbus-1-3'],
  'libdrm.so.2': ['libdrm2'],
  'libexpat.so.1': ['libexpat1'],
  'libgbm.so.1': ['libgbm1'],
  'libgio-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libglib-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libgobject-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libgtk-3.so.0': ['libgtk-3-0t64', 'libgtk-3-0'],
  'libnspr4.so': ['libnspr4'],
  'libnss3.so': ['libnss3'],
  'libnssutil3.so': ['libnss3'],
  'libpango-1.0.so.0': ['libpango-1.0-0'],
  'libseccomp.so.2': ['libseccomp2'],
  'libslirp.so.0': ['libslirp0'],
  'libsmime3.so': ['libnss3'],
  'libsystemd.so.0': ['libsystemd0'],
  'libudev.so.1': ['libudev1'],
  'libxcb.so.1': ['libxcb1'],
  'libxkbcommon.so.0': ['libxkbcommon0']
}

/**
 * The libraries that ldd does not find.
 * @param {string} text what ldd printed
 */
export function missingLibraries(text) {
  return [...new Set([...text.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1] ?? ''))]
}

/** Libraries of the engine's programs. They are looked up in the loader's own list, before the programs are fetched. */
const engineLibraries = ['libseccomp.so.2', 'libslirp.so.0', 'libsystemd.so.0']

/** True when AppArmor confines containers on this machine, and the engine must load a profile. */
function appArmor() {
  try {
    return fs.readFileSync('/sys/module/apparmor/parameters/enabled', 'utf8').startsWith('Y')
  } catch {
    return false
  }
}

/**
 * The programs that the engine, the display and the tests call.
 * @param {Pick<Purpose, 'display' | 'tests'>} purpose
 * @returns {(Need & { program: string })[]}
 */
export function neededPrograms({ display, tests }) {
  /** @param {string} program @param {string} why @param {string} package_ */
  const need = (program, why, package_) => ({ program, what: program, why, packages: [package_] })
  return [
    need('iptables', 'the engine publishes ports with it', 'iptables'),
    need('ip', 'the engine sets up networks with it', 'iproute2'),
    need('ps', 'the engine lists the processes in a container with it', 'procps'),
    need('newuidmap', 'an engine without root maps user ids with it', 'uidmap'),
    ...(appArmor()
      ? [need('apparmor_parser', 'the engine loads its AppArmor profile with it', 'apparmor')]
      : []),
    ...(display ? [need('Xvfb', 'there is no display, so the window needs a virtual one', 'xvfb')] : []),
    ...(tests
      ? [
          need('busybox', 'the tests make their images from it', 'busybox-static'),
          need('docker-registry', 'the tests pull from it and push to it', 'docker-registry'),
          need('htpasswd', 'the tests give that registry its users with it', 'apache2-utils'),
          need('openssl', 'the tests make certificates with it', 'openssl')
        ]
      : [])
  ]
}

/**
 * Everything that is missing on this machine.
 * @param {Purpose} purpose
 * @returns {Promise<Need[]>}
 */
export async function missingNeeds(purpose) {
  /** @type {Need[]} */
  const missing = []
  const env = { ...process.env, LC_ALL: 'C' }
  for (const what of missingLibraries((await run('ldd', [purpose.electron], { env })).stdout))
    missing.push({ what, why: "Electron's shared libraries", packages: libraryPackages[what] ?? [] })
  const known = (await run(which('ldconfig') ?? 'ldconfig', ['-p'], { env })).stdout
  for (const what of known === '' ? [] : engineLibraries)
    if (!known.includes(`\t${what} `))
      missing.push({
        what,
        why: "shared libraries of the engine's programs",
        packages: libraryPackages[what] ?? []
      })
  for (const { program, ...need } of neededPrograms(purpose)) if (!which(program)) missing.push(need)
  if (
    !fs.existsSync('/etc/ssl/certs/ca-certificates.crt') &&
    !fs.existsSync('/etc/pki/tls/certs/ca-bundle.crt')
  )
    missing.push({
      what: 'root certificates',
      why: 'the engine checks registries with them',
      packages: ['ca-certificates']
    })
  return missing
}
