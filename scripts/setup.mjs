// Makes a clone ready to start and to test: Node.js, npm packages, Electron, system packages, engine, sample image,
// build. Each step says one line and does nothing when it has nothing to do. Uses no npm package until they are there.
// Called by scripts/start.mjs and scripts/test.mjs, and as `npm run setup`, which gets everything ready.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuild } from './lib/build.mjs'
import { ensureDependencies } from './lib/dependencies.mjs'
import { logger, messageOf, since } from './lib/log.mjs'
import { requireNode } from './lib/node-version.mjs'
import { root } from './lib/paths.mjs'
import { rootlessAdvice } from './lib/rootless-advice.mjs'
import { missingNeeds } from './lib/system-needs.mjs'
import { ensurePackages, MissingPackages } from './lib/system-packages.mjs'
import { ensureTestTools } from './lib/test-tools.mjs'

const log = logger('setup')

/** True when windows can be shown on this machine as it is. */
export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])

/** Only what reading and checking the sources needs: Node.js and the npm packages. */
export async function setupPackages() {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  requireNode(manifest.engines.node)
  await ensureDependencies(log)
}

/**
 * Everything that a start or a test run needs.
 * @param {{ tests: boolean }} purpose
 */
export async function setup({ tests }) {
  const start = Date.now()
  await setupPackages()
  // These need the npm packages, which may just have been installed.
  const { ensureElectron } = await import('./electron-runtime.mjs')
  const { electronProgram } = await import('./lib/electron-dist.mjs')
  const { ensureEngine, ensureSample } = await import('./engine-bundle.mjs')
  await ensureElectron()
  if (process.platform === 'linux') {
    const purpose = { electron: electronProgram(), display: tests || !hasDisplay(), tests }
    await ensurePackages(await missingNeeds(purpose), log)
    for (const line of rootlessAdvice(purpose.electron)) log.warn(`WARNING: ${line}`)
    if (tests) await ensureTestTools(log)
  }
  await ensureEngine()
  await ensureSample()
  await ensureBuild(log)
  log.say(`ready (${since(start)})`)
}

/**
 * Runs a program of these scripts and turns what it throws into a message and an exit code.
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    log.warn(messageOf(error))
    process.exitCode = error instanceof MissingPackages ? 3 : 1
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await runMain(() => setup({ tests: true }))
