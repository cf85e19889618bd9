/**
 * Where the docker CLI would keep a login: the helper that config.json names for the registry, the one it names for all, the
 * platform's own while the file names none and holds no login, else the file itself. Called by login-store.ts and the handler.
 */
import type { LoginPlace } from '@shared/contract/registries'
import type { CliConfig } from './cli-config'

/** Docker Hub's key in config.json. */
export const HUB = 'https://index.docker.io/v1/'

/** A registry as it is typed or pasted, and its key in config.json; null when it is none. */
export function serverOf(typed: string): { readonly host: string; readonly server: string } | null {
  const host = typed
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/(?:v[12]\/?)?$/i, '')
    .toLowerCase()
  if (['', 'docker.io', 'index.docker.io', 'hub.docker.com', 'registry-1.docker.io'].includes(host)) {
    return { host: 'docker.io', server: HUB }
  }
  const port = /:(\d{1,5})$/.exec(host)?.[1]
  const right = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/.test(host)
  return right && Number(port ?? 1) <= 65_535 ? { host, server: host } : null
}

/** What the CLI looks for on each platform when nothing is set up, in its order. */
export function platformStores(platform: NodeJS.Platform, hasPass: boolean): string {
  if (platform === 'darwin') return 'osxkeychain'
  if (platform === 'win32') return 'wincred'
  return hasPass ? 'pass' : 'secretservice'
}

export interface Finder {
  /** Whether a program is on the PATH. */
  readonly isInstalled: (program: string) => Promise<boolean>
  readonly platform: NodeJS.Platform
}

export async function loginPlace(config: CliConfig, server: string, finder: Finder): Promise<LoginPlace> {
  const named = config.helperOf(server)
  if (named !== null) {
    const installed = await finder.isInstalled(`docker-credential-${named}`)
    return { kind: 'helper', name: named, installed, detected: false }
  }
  if (!config.saysWhere) {
    const name = platformStores(finder.platform, await finder.isInstalled('pass'))
    if (await finder.isInstalled(`docker-credential-${name}`)) {
      return { kind: 'helper', name, installed: true, detected: true }
    }
  }
  return { kind: 'file', path: config.path }
}
