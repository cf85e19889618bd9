/** Where the engine's programs and the CLI's configuration are for this run of the app. Part of the composition root. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app } from 'electron'
import { resolveBundleDir } from './platform/paths'

/** The folder of the bundled engine. */
export function bundleDir(): string {
  const where = app.isPackaged
    ? { packagedResources: process.resourcesPath }
    : { repository: app.getAppPath() }
  return resolveBundleDir({ ...where, platform: process.platform, arch: process.arch })
}

/** A program of the bundle: `bin/docker`, `cli-plugins/docker-buildx`. */
export function bundledProgram(name: string): string {
  return join(bundleDir(), process.platform === 'win32' ? `${name}.exe` : name)
}

/** The docker CLI's own folder: logins, contexts, keys. */
export function cliConfigDir(): string {
  return process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker')
}
