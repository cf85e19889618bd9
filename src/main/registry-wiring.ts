/**
 * What registries are made of: logins and where they are kept, the way to a registry, Docker Hub's pages, trust. Part of the
 * composition root: used by main/application.ts and main/make-router.ts only.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { registryCredentials, withOwnLogins, type Credentials } from './docker/registry-credentials'
import { cliEngine } from './engine/cli-environment'
import { EngineConfigFile } from './engine/configure'
import type { EngineSupervisor } from './engine/supervisor'
import { hubHandlers } from './handlers/hub'
import { loginsHandlers } from './handlers/logins'
import { registryOpener } from './handlers/open-registry'
import { registriesHandlers } from './handlers/registries'
import { repositoriesHandlers } from './handlers/repositories'
import { trustHandlers } from './handlers/trust'
import type { Parts } from './make-router'
import { bundleDir, bundledProgram, cliConfigDir } from './places'
import { cloudLogin, cloudProgram } from './platform/cloud-cli'
import {
  askCredentialHelper,
  checkCredentialHelper,
  eraseInCredentialHelper,
  isOnPath,
  listCredentialHelper,
  storeInCredentialHelper
} from './platform/credential-helper'
import type { Paths } from './platform/paths'
import { AddedRegistries } from './registries/added-registries'
import { ContentTrustCli } from './registries/content-trust'
import { rememberFailures } from './registries/helper-check'
import { HubApi } from './registries/hub-api'
import { hubAddress } from './registries/hub-address'
import { OwnLogins } from './registries/own-logins'
import { SeenCertificates } from './registries/seen-certificates'
import { chooseCertificate } from './shell/dialogs'
import { openExternal } from './shell/open-external'
import { findSealer } from './shell/safe-storage'

const LOGIN_HELPERS = {
  storeInHelper: storeInCredentialHelper,
  helpers: { list: listCredentialHelper, get: askCredentialHelper, erase: eraseInCredentialHelper }
}

/** Logins that are kept by the app itself, and who is logged in to what: the CLI's logins, then those. */
export interface Logins {
  readonly own: OwnLogins
  readonly credentials: Credentials
}

export function makeLogins(paths: Paths): Logins {
  const own = new OwnLogins(paths.loginsFile, findSealer)
  const ofCli = registryCredentials(cliConfigDir(), askCredentialHelper)
  return { own, credentials: withOwnLogins(ofCli, (server) => own.find(server)) }
}

/** Registries: what is known of them, what they have, logins, Docker Hub's own pages, and trust. */
export function registryHandlers(parts: Parts) {
  const { session, supervisor, paths, tasks } = parts
  const { own, credentials } = parts.logins
  const folders = () => certFolders(supervisor, paths)
  const open = registryOpener(session, { credentials, certFolders: folders, seen: new SeenCertificates() })
  const logins = { session, cliConfigDir: cliConfigDir(), own, finder: loginFinder(own), ...LOGIN_HELPERS }
  const engineConfig = new EngineConfigFile(paths, bundleDir())
  const hub = hubAddress(process.env['QUAYSIDE_HUB'])
  return {
    hub: hubHandlers(new HubApi(hub)),
    logins: loginsHandlers(logins, { hub, openExternal, cloudProgram, cloudLogin }),
    registries: registriesHandlers({
      ...logins,
      open,
      certFolder: () => folders()[0] ?? '',
      added: new AddedRegistries(paths.registriesFile),
      chooseCertificate,
      engineConfig: () => (supervisor.status.source === 'bundled' ? engineConfig : null)
    }),
    repositories: repositoriesHandlers(open, tasks),
    trust: trustHandlers(new ContentTrustCli(trustParts(parts)), session)
  }
}

/** What can keep a login on this computer. */
function loginFinder(own: OwnLogins) {
  return {
    isInstalled: (program: string) => isOnPath(program),
    platform: process.platform,
    failureOf: rememberFailures(checkCredentialHelper),
    keeper: () => own.keeper
  }
}

/** The bundled docker CLI, with the user's configuration. */
function trustParts({ paths, supervisor }: Parts) {
  return {
    program: bundledProgram('bin/docker'),
    cliConfigDir: cliConfigDir(),
    runDir: paths.runDir,
    engine: () => (supervisor.status.state.name === 'running' ? cliEngine(supervisor.status) : null),
    env: process.env
  }
}

/** Where the engine in use looks for the certificates of registries: a rootless one at home, and ours has a home of its own. */
function certFolders({ status }: EngineSupervisor, paths: Paths): string[] {
  const rootful = '/etc/docker/certs.d'
  const atHome = (home: string): string => join(home, '.config', 'docker', 'certs.d')
  if (status.source !== 'bundled') return [rootful, atHome(homedir())]
  return status.mode === 'rootless' ? [atHome(paths.root)] : [rootful]
}
