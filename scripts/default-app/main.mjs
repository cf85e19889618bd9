// Stands in for Electron's own default app in a runtime that came without one:
// `electron [switches] <folder or file> [args]`, `electron --version`, `electron --abi`. It loads the app
// as Electron's does: name, version and path from package.json, then the entry by import().
import { app } from 'electron'
import fs from 'node:fs'
import { Module } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** The loader's own entry points; not in its public types. */
const loader = /** @type {{
  _preloadModules(names: string[]): void
  _resolveFilename(request: string, parent: null, isMain: boolean): string
}} */ (/** @type {unknown} */ (Module))

/** Two methods that only a default app has a use for; not in the public types either. */
const shell =
  /** @type {typeof app & { setVersion(version: string): void, setAppPath(path: string): void }} */ (app)

/**
 * What the command line asks for. `-r module` is a switch of the default app: Playwright starts an
 * unpackaged app with it.
 * @param {string[]} argv
 */
function parse(argv) {
  /** @type {string[]} */
  const modules = []
  /** @type {'version' | 'abi' | undefined} */
  let print
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] ?? ''
    if (arg === '-r' || arg === '--require') modules.push(argv[++i] ?? '')
    else if (arg === '-v' || arg === '--version') print ??= 'version'
    else if (arg === '-a' || arg === '--abi') print ??= 'abi'
    else if (!arg.startsWith('-')) return { modules, print, target: arg }
  }
  return { modules, print, target: undefined }
}

/**
 * Starts the app in a folder or file.
 * @param {string} target
 */
async function start(target) {
  Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true })
  const folder = path.resolve(target)
  const manifest = path.join(folder, 'package.json')
  let appPath
  if (fs.existsSync(manifest)) {
    const { name, productName, version, desktopName } = JSON.parse(fs.readFileSync(manifest, 'utf8'))
    if (version) shell.setVersion(version)
    app.name = productName ?? name ?? app.name
    app.setDesktopName?.(desktopName ?? `${app.name}.desktop`)
    appPath = folder
  }
  const entry = loader._resolveFilename(folder, null, true)
  shell.setAppPath(appPath ?? path.dirname(entry))
  await import(pathToFileURL(entry).href)
}

const { modules, print, target } = parse(process.argv.slice(1))
if (modules.length > 0) loader._preloadModules(modules)
if (print === 'version') {
  console.log(`v${process.versions.electron}`)
  app.exit(0)
} else if (print === 'abi') {
  console.log(process.versions.modules)
  app.exit(0)
} else if (target === undefined) {
  console.log(`Electron ${process.versions.electron}. Give the folder of an app.`)
  app.exit(0)
} else {
  try {
    await start(target)
  } catch (error) {
    console.error(`Cannot start the app at ${path.resolve(target)}:`, error)
    app.exit(1)
  }
}
