/**
 * What builds are made of: buildx or the API, their registry, the handlers of everything on the page Builds. Part of the
 * composition root: used by main/application.ts and main/make-router.ts only.
 */
import { join } from 'node:path'
import { Buildx } from './builds/buildx'
import { BuildxProgram } from './builds/buildx-program'
import { ClassicProgram } from './builds/classic/classic-program'
import { EngineProgram } from './builds/engine-program'
import type { BuildProgram } from './builds/program'
import { BuildRegistry, type BuildRegistryDeps } from './builds/registry'
import { Builders } from './builders/service'
import { BuildHistory } from './build-history/service'
import { withBuildKit } from './docker/buildkit/grpc'
import { findBuildOf } from './docker/buildkit/running'
import type { Credentials } from './docker/registry-credentials'
import { cliEngine } from './engine/cli-environment'
import type { EngineSupervisor } from './engine/supervisor'
import { buildCacheHandlers } from './handlers/build-cache'
import { buildHistoryHandlers } from './handlers/build-history'
import { buildersHandlers } from './handlers/builders'
import { buildsHandlers } from './handlers/builds'
import { dockerfilesHandlers } from './handlers/dockerfiles'
import type { Parts } from './make-router'
import { bundledProgram, cliConfigDir } from './places'
import { startLines } from './platform/line-process'
import type { Paths } from './platform/paths'
import type { EngineSession } from './resources/session'
import { chooseForBuild, type BuildChoice } from './shell/build-dialogs'
import { chooseBuilds, chooseTarget } from './shell/dialogs'
import { openExternal } from './shell/open-external'
import type { TaskRegistry } from './tasks/registry'

export interface Building {
  readonly buildx: Buildx
  /** What builds on the engine in use. @throws AppError `EngineNotRunning` */
  readonly buildProgram: () => BuildProgram
  readonly builds: BuildRegistry
}

interface BuildingParts {
  readonly paths: Paths
  readonly supervisor: EngineSupervisor
  readonly session: EngineSession
  readonly tasks: TaskRegistry
  readonly credentials: Credentials
}

/** The bundled buildx against the engine in use as the docker CLI would reach it, or the API where that has no BuildKit. */
export function makeBuilding({ paths, supervisor, session, tasks, credentials }: BuildingParts): Building {
  const engine = () => cliEngine(supervisor.status)
  const client = () => session.client()
  const buildx = new Buildx({
    program: bundledProgram('cli-plugins/docker-buildx'),
    cliConfigDir: cliConfigDir(),
    stateDir: join(paths.cliDir, 'buildx'),
    runDir: paths.runDir,
    engine,
    startLines,
    env: process.env
  })
  const program = new EngineProgram({
    client,
    buildx: new BuildxProgram(buildx),
    classic: new ClassicProgram({ client, credentials }),
    wish: process.env['DOCKER_BUILDKIT']
  })
  const buildProgram = (): BuildProgram => {
    engine()
    return program
  }
  return {
    buildx,
    buildProgram,
    builds: new BuildRegistry({
      tasks,
      program: buildProgram,
      ownBuilder: () => buildx.ownBuilder,
      findRef: refFinder(session)
    })
  }
}

/** Asks the BuildKit of the engine in use which of its builds began a step. */
function refFinder(session: EngineSession): BuildRegistryDeps['findRef'] {
  return async (step, signal) =>
    await withBuildKit(await session.client(), signal, (buildkit) => findBuildOf(buildkit, step, signal))
}

/** Builds of this app, those that the engine remembers, its build cache, builders, and Dockerfiles that are edited. */
export function buildingHandlers(parts: Parts) {
  const { session, paths, tasks, builds, buildProgram, buildx, dockerfiles } = parts
  const choose = async (what: BuildChoice): Promise<string | null> => {
    const path = await chooseForBuild(what)
    if (what === 'context' && path !== null) await dockerfiles.chosen(path)
    return path
  }
  return {
    buildCache: buildCacheHandlers({ session }),
    buildHistory: buildHistoryHandlers({
      history: new BuildHistory(historyParts(session, paths)),
      tasks,
      chooseBuilds,
      chooseTarget
    }),
    builders: buildersHandlers({ builders: new Builders(buildx) }),
    builds: buildsHandlers({
      builds,
      shells: { tasks, program: buildProgram, client: () => session.client(), folder: paths.runDir },
      choose
    }),
    dockerfiles: dockerfilesHandlers({ dockerfiles, buildx, openExternal })
  }
}

/** buildx writes down what it starts beside the configuration of the CLI that called it: the user's, or the bundled one's. */
function historyParts(session: EngineSession, paths: Paths) {
  const configured = process.env['BUILDX_CONFIG']
  const folders = [join(cliConfigDir(), 'buildx'), join(paths.cliDir, 'buildx')]
  return {
    client: () => session.client(),
    buildxFolders: configured === undefined ? folders : [configured, ...folders]
  }
}
