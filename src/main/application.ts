/**
 * The composition root: constructs the parts, wires them to one another, starts and stops them. No logic of its own.
 * Loaded by index.ts once the window is on its way.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, type BrowserWindow } from 'electron'
import { Settings } from '@shared/contract/settings'
import { Buildx, buildxTarget } from './builds/buildx'
import { BuildxProgram } from './builds/buildx-program'
import { ClassicProgram } from './builds/classic/classic-program'
import { EngineProgram } from './builds/engine-program'
import type { BuildProgram } from './builds/program'
import { BuildRegistry, type BuildRegistryDeps } from './builds/registry'
import { withBuildKit } from './docker/buildkit/grpc'
import { findBuildOf } from './docker/buildkit/running'
import { registryCredentials } from './docker/registry-credentials'
import { Dockerfiles } from './dockerfiles/service'
import { createEngineSupervisor, type EngineSupervisor } from './engine/supervisor'
import type { Router } from './ipc/router'
import { askCredentialHelper } from './platform/credential-helper'
import { startLines } from './platform/line-process'
import type { Logger } from './platform/logger'
import { Mailbox } from './platform/mailbox'
import { resolveBundleDir, type Paths } from './platform/paths'
import { openSettings } from './platform/settings'
import { EngineSession } from './resources/session'
import { agreeToEdit, agreeToLose, chooseForBuild } from './shell/build-dialogs'
import { installMenu } from './shell/menu'
import { startScanThread } from './logs/scan-thread'
import { LogService } from './logs/service'
import { Endings } from './stopped/endings'
import { TaskRegistry } from './tasks/registry'
import { TerminalRegistry } from './terminals/registry'
import { makeRouter, type Parts } from './make-router'
import { connectSession, followTheme, notifyOfContainers, takePictureOnce } from './wiring'

export interface Application {
  /** Answers the page. */
  readonly router: Router
  /** Asks where something would be lost. */
  readonly mayQuit: () => boolean
  /** Ends everything that has to end before the process may; its failures are logged. */
  shutDown(): Promise<void>
}

export function start(base: {
  readonly paths: Paths
  readonly resources: string
  readonly log: Logger
  readonly window: BrowserWindow
}): Application {
  const { paths, resources, log, window } = base
  installMenu(process.platform)
  const settings = openSettings(paths.settingsFile, Settings, log)
  followTheme(settings, window)
  const supervisor = createEngineSupervisor({
    paths,
    settings,
    log,
    env: process.env,
    bundleDir: bundleDir()
  })
  const session = new EngineSession({
    log: { warn: (message, { kind }) => log.warn(message, { area: 'session', kind: String(kind) }) }
  })
  const tasks = new TaskRegistry()
  const buildx = makeBuildx(paths, supervisor)
  const buildProgram = makeBuildProgram(buildx, supervisor, session)
  const builds = new BuildRegistry({ tasks, program: buildProgram, findRef: refFinder(session) })
  const logs = new LogService({ session, startScan: startScanThread, others: builds })
  const dockerfiles = new Dockerfiles({ chooseFile: () => chooseForBuild('dockerfile'), agree: agreeToEdit })
  const terminals = new TerminalRegistry(() => session.client())
  const told = { endings: new Endings(), navigations: new Mailbox<string>() }
  const parts = {
    paths,
    resources,
    log,
    settings,
    supervisor,
    session,
    tasks,
    buildProgram,
    builds,
    buildx,
    dockerfiles,
    logs,
    terminals,
    ...told
  }

  connectSession(supervisor, session, log)
  notifyOfContainers({ ...parts, window })
  const picture = process.env['QUAYSIDE_SCREENSHOT']
  if (picture !== undefined) takePictureOnce(supervisor, window, picture, log)
  return { router: makeRouter(parts), mayQuit: () => mayQuit(parts), shutDown: () => shutDown(parts) }
}

function mayQuit({ dockerfiles }: Parts): boolean {
  return dockerfiles.unsaved === null || agreeToLose(dockerfiles.unsaved)
}

/** Asks the BuildKit of the engine in use which of its builds began a step. */
function refFinder(session: EngineSession): BuildRegistryDeps['findRef'] {
  return async (step, signal) =>
    await withBuildKit(await session.client(), signal, (buildkit) => findBuildOf(buildkit, step, signal))
}

async function shutDown({ tasks, builds, logs, terminals, supervisor, session, log }: Parts): Promise<void> {
  tasks.cancelAll()
  await builds.dispose()
  logs.dispose()
  await terminals.closeAll()
  await supervisor.dispose().catch((thrown: unknown) => {
    log.error('the engine could not be stopped', { area: 'app' }, thrown)
  })
  session.disconnect()
}

/** The bundled buildx, against the engine in use as the docker CLI would reach it. */
function makeBuildx(paths: Paths, supervisor: EngineSupervisor): Buildx {
  return new Buildx({
    program: join(
      bundleDir(),
      'cli-plugins',
      process.platform === 'win32' ? 'docker-buildx.exe' : 'docker-buildx'
    ),
    cliConfigDir: cliConfigDir(),
    stateDir: join(paths.cliDir, 'buildx'),
    runDir: paths.runDir,
    target: () => buildxTarget(supervisor.status),
    startLines,
    env: process.env
  })
}

/** What builds: buildx, or the API for an engine without BuildKit. What it answers throws while no engine runs. */
function makeBuildProgram(
  buildx: Buildx,
  supervisor: EngineSupervisor,
  session: EngineSession
): () => BuildProgram {
  const client = () => session.client()
  const credentials = registryCredentials(cliConfigDir(), askCredentialHelper)
  const program = new EngineProgram({
    client,
    buildx: new BuildxProgram(buildx),
    classic: new ClassicProgram({ client, credentials }),
    wish: process.env['DOCKER_BUILDKIT']
  })
  return () => {
    buildxTarget(supervisor.status)
    return program
  }
}

function cliConfigDir(): string {
  return process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker')
}

function bundleDir(): string {
  const where = app.isPackaged
    ? { packagedResources: process.resourcesPath }
    : { repository: app.getAppPath() }
  return resolveBundleDir({ ...where, platform: process.platform, arch: process.arch })
}
