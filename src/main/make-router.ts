/** The handlers of the whole contract, each given the parts it needs. Part of the composition root: used by main/application.ts only. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, BrowserWindow, clipboard, shell } from 'electron'
import { contract } from '@shared/contract'
import type { Settings } from '@shared/contract/settings'
import { runBuildx } from './builders/run-buildx'
import { Builders } from './builders/service'
import { BuildHistory } from './build-history/service'
import type { BuildProgram } from './builds/program'
import type { Buildx } from './builds/buildx'
import type { BuildRegistry } from './builds/registry'
import { DiskService } from './disk/service'
import type { Dockerfiles } from './dockerfiles/service'
import { registryCredentials, withOwnLogins, type Credentials } from './docker/registry-credentials'
import { EngineConfigFile } from './engine/configure'
import type { EngineSupervisor } from './engine/supervisor'
import { appHandlers } from './handlers/app'
import { buildCacheHandlers } from './handlers/build-cache'
import { buildHistoryHandlers } from './handlers/build-history'
import { buildersHandlers } from './handlers/builders'
import { buildsHandlers } from './handlers/builds'
import { containersHandlers } from './handlers/containers'
import { diskHandlers } from './handlers/disk'
import { dockerfilesHandlers } from './handlers/dockerfiles'
import { engineHandlers } from './handlers/engine'
import { execHandlers } from './handlers/exec'
import { filesHandlers } from './handlers/files'
import { hubHandlers } from './handlers/hub'
import { imageFilesHandlers } from './handlers/image-files'
import { imagesHandlers } from './handlers/images'
import { loginsHandlers } from './handlers/logins'
import { logsHandlers } from './handlers/logs'
import { registryOpener } from './handlers/open-registry'
import { packagesHandlers } from './handlers/packages'
import { processesHandlers } from './handlers/processes'
import { registriesHandlers } from './handlers/registries'
import { repositoriesHandlers } from './handlers/repositories'
import { settingsHandlers } from './handlers/settings'
import { systemHandlers } from './handlers/system'
import { tasksHandlers } from './handlers/tasks'
import { trustHandlers } from './handlers/trust'
import { startBrowseThread } from './images/browse-thread'
import { makeImageFiles } from './images/service'
import { Router } from './ipc/router'
import type { LogService } from './logs/service'
import { cloudLogin, cloudProgram } from './platform/cloud-cli'
import {
  askCredentialHelper,
  checkCredentialHelper,
  eraseInCredentialHelper,
  isOnPath,
  listCredentialHelper,
  storeInCredentialHelper
} from './platform/credential-helper'
import type { Logger } from './platform/logger'
import type { Mailbox } from './platform/mailbox'
import { resolveBundleDir, type Paths } from './platform/paths'
import type { SettingsStore } from './platform/settings'
import { AddedRegistries } from './registries/added-registries'
import { ContentTrustCli } from './registries/content-trust'
import { rememberFailures } from './registries/helper-check'
import { HubApi } from './registries/hub-api'
import { hubAddress } from './registries/hub-address'
import { OwnLogins } from './registries/own-logins'
import { SeenCertificates } from './registries/seen-certificates'
import type { EngineSession } from './resources/session'
import { chooseForBuild, type BuildChoice } from './shell/build-dialogs'
import {
  chooseArchive,
  chooseCertificate,
  chooseBuilds,
  chooseExportFile,
  chooseFiles,
  chooseImageSource,
  chooseTarget,
  chooseTargetFolder
} from './shell/dialogs'
import { notificationsSupported } from './shell/notifications'
import { openExternal } from './shell/open-external'
import { findSealer } from './shell/safe-storage'
import { StatsRecorder } from './stats/recorder'
import type { Endings } from './stopped/endings'
import type { TaskRegistry } from './tasks/registry'
import type { TerminalRegistry } from './terminals/registry'

/** What handlers are made of. */
export interface Parts {
  readonly paths: Paths
  /** The folder of what ships beside the app: icons, the sample, the engine. */
  readonly resources: string
  readonly log: Logger
  readonly settings: SettingsStore<Settings>
  readonly supervisor: EngineSupervisor
  readonly session: EngineSession
  readonly tasks: TaskRegistry
  /** @throws AppError `EngineNotRunning` */
  readonly buildProgram: () => BuildProgram
  readonly builds: BuildRegistry
  readonly buildx: Buildx
  readonly dockerfiles: Dockerfiles
  readonly logs: LogService
  readonly terminals: TerminalRegistry
  readonly endings: Endings
  /** Where the page is to go. */
  readonly navigations: Mailbox<string>
}

const LOGIN_HELPERS = {
  storeInHelper: storeInCredentialHelper,
  helpers: { list: listCredentialHelper, get: askCredentialHelper, erase: eraseInCredentialHelper }
}

export function makeRouter(parts: Parts): Router {
  const { paths, log, settings, supervisor, session, tasks, logs, terminals } = parts
  const { endings, navigations } = parts
  const stats = new StatsRecorder(session)
  const cliConfigDir = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker')
  const own = new OwnLogins(paths.loginsFile, findSealer)
  const credentials = withOwnLogins(registryCredentials(cliConfigDir, askCredentialHelper), (server) =>
    own.find(server)
  )
  const dataRoot = () => (supervisor.status.source === 'bundled' ? paths.engineDataDir : null)
  const handlers = {
    app: desktopHandlers([session, stats], navigations),
    ...buildingHandlers(parts, cliConfigDir),
    containers: containersHandlers({ session, tasks, stats, endings, credentials, openExternal }),
    disk: diskHandlers({ disk: new DiskService({ client: () => session.client(), dataRoot }), tasks }),
    engine: engineHandlers({ supervisor, reveal: (path) => shell.showItemInFolder(path) }),
    exec: execHandlers({ session, terminals, openExternal }),
    files: filesHandlers({ session, tasks, dialogs: { chooseFiles, chooseTarget, chooseTargetFolder } }),
    ...imageHandlers(parts, credentials),
    logs: logsHandlers({
      logs,
      tasks,
      openExternal,
      writeClipboard: (text) => clipboard.writeText(text),
      chooseFile: chooseExportFile
    }),
    processes: processesHandlers({ session, enginePid: () => supervisor.engineProcess?.pid ?? null }),
    ...registryHandlers(parts, { cliConfigDir, own, credentials }),
    settings: settingsHandlers(settings),
    system: systemHandlers({
      session,
      usage: { dataRoot, engineProcess: () => supervisor.engineProcess },
      cliConfigDir
    }),
    tasks: tasksHandlers({ tasks })
  }
  return new Router({ contract, handlers, log, checkResults: !app.isPackaged, now: () => performance.now() })
}

interface LoginParts {
  readonly cliConfigDir: string
  readonly own: OwnLogins
  readonly credentials: Credentials
}

/** Registries: what is known of them, what they have, logins, Docker Hub's own pages, and trust. */
function registryHandlers(parts: Parts, { cliConfigDir, own, credentials }: LoginParts) {
  const { session, supervisor, paths, tasks } = parts
  const folders = () => certFolders(supervisor, paths)
  const open = registryOpener(session, { credentials, certFolders: folders, seen: new SeenCertificates() })
  const logins = { session, cliConfigDir, own, finder: loginFinder(own), ...LOGIN_HELPERS }
  const engineConfig = new EngineConfigFile(paths, bundleDirHere())
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
    trust: trustHandlers(new ContentTrustCli(trustParts(parts, cliConfigDir)), session)
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

/** Builds of this app, those that the engine remembers, its build cache, builders, and Dockerfiles that are edited. */
function buildingHandlers(parts: Parts, cliConfigDir: string) {
  const { session, paths, tasks, builds, buildProgram, buildx, dockerfiles } = parts
  const choose = async (what: BuildChoice): Promise<string | null> => {
    const path = await chooseForBuild(what)
    if (what === 'context' && path !== null) await dockerfiles.chosen(path)
    return path
  }
  return {
    buildCache: buildCacheHandlers({ session }),
    buildHistory: buildHistoryHandlers({
      history: new BuildHistory(historyParts(session, cliConfigDir, paths)),
      tasks,
      chooseBuilds,
      chooseTarget
    }),
    builders: buildersHandlers({ builders: new Builders(runBuildx(buildxParts(parts, cliConfigDir))) }),
    builds: buildsHandlers({
      builds,
      shells: { tasks, program: buildProgram, client: () => session.client(), folder: paths.runDir },
      choose
    }),
    dockerfiles: dockerfilesHandlers({ dockerfiles, buildx, openExternal })
  }
}

/** The engine's programs. */
function bundleDirHere(): string {
  const place = app.isPackaged
    ? { packagedResources: process.resourcesPath }
    : { repository: app.getAppPath() }
  return resolveBundleDir({ ...place, platform: process.platform, arch: process.arch })
}

/** The bundled docker CLI, with the user's configuration. */
function trustParts({ paths, supervisor }: Parts, cliConfigDir: string) {
  return {
    program: join(bundleDirHere(), 'bin', process.platform === 'win32' ? 'docker.exe' : 'docker'),
    cliConfigDir,
    runDir: paths.runDir,
    host: () => (supervisor.status.state.name === 'running' ? supervisor.status.host : null),
    env: process.env
  }
}

function buildxParts({ paths, supervisor }: Parts, cliConfigDir: string) {
  return {
    bundleDir: bundleDirHere(),
    cliConfigDir,
    stateDir: join(paths.cliDir, 'buildx'),
    status: () => supervisor.status
  }
}

/** buildx writes down what it starts beside the configuration of the CLI that called it: the user's, or the bundled one's. */
function historyParts(session: EngineSession, cliConfigDir: string, paths: Paths) {
  const configured = process.env['BUILDX_CONFIG']
  const folders = [join(cliConfigDir, 'buildx'), join(paths.cliDir, 'buildx')]
  return {
    client: () => session.client(),
    buildxFolders: configured === undefined ? folders : [configured, ...folders]
  }
}

/** Where the engine in use looks for the certificates of registries: a rootless one at home, and ours has a home of its own. */
function certFolders({ status }: EngineSupervisor, paths: Paths): string[] {
  const rootful = '/etc/docker/certs.d'
  const atHome = (home: string): string => join(home, '.config', 'docker', 'certs.d')
  if (status.source !== 'bundled') return [rootful, atHome(homedir())]
  return status.mode === 'rootless' ? [atHome(paths.root)] : [rootful]
}

/** Images as objects, as files, and as what is installed in them. */
function imageHandlers({ paths, resources, session, tasks }: Parts, credentials: Credentials) {
  const images = makeImageFiles(() => startBrowseThread(paths.imageIndexDir), session)
  return {
    imageFiles: imageFilesHandlers({
      images,
      session,
      tasks,
      chooseSource: chooseImageSource,
      chooseTarget,
      chooseTargetFolder
    }),
    images: imagesHandlers({
      session,
      tasks,
      chooseArchive,
      chooseTarget,
      sampleArchive: join(resources, 'sample', 'quayside-sample.tar'),
      credentials
    }),
    packages: packagesHandlers({ browser: images.browser, tasks, chooseTarget, version: app.getVersion() })
  }
}

/** `watching`: what reads the engine for a page, and does less while none can be seen. */
function desktopHandlers(watching: readonly { wake(): void; rest(): void }[], navigations: Mailbox<string>) {
  return appHandlers({
    onVisible: (visible) => {
      for (const part of watching) part[visible ? 'wake' : 'rest']()
    },
    writeClipboard: (text) => clipboard.writeText(text),
    notificationsSupported,
    navigations: (signal) => navigations.take(signal),
    paste: () => BrowserWindow.getAllWindows()[0]?.webContents.paste(),
    versions: {
      quayside: app.getVersion(),
      electron: process.versions.electron,
      platform: `${process.platform} ${process.arch}`
    }
  })
}
