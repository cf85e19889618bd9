/** What tests of builds share: the registry over the bundled buildx against a test engine, and contexts made of texts. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { emptyBuild } from '@shared/builds/empty-build'
import type { BuildInput, BuildNews, BuildStep } from '@shared/contract/builds'
import { openLastGoodStep } from '@main/builds/build-shell'
import { Buildx } from '@main/builds/buildx'
import { BuildxProgram } from '@main/builds/buildx-program'
import { ClassicProgram } from '@main/builds/classic/classic-program'
import { EngineProgram } from '@main/builds/engine-program'
import { BuildRegistry } from '@main/builds/registry'
import type { Reader } from '@main/builds/unreadable-files'
import { withBuildKit } from '@main/docker/buildkit/grpc'
import { findBuildOf } from '@main/docker/buildkit/running'
import { DockerClient } from '@main/docker/client'
import { registryCredentials } from '@main/docker/registry-credentials'
import { startLines } from '@main/platform/line-process'
import { TaskRegistry } from '@main/tasks/registry'
import { startEngine, type TestEngine, type TestEngineOptions } from '../engine-fixture'

export interface Ended {
  readonly detail: BuildNews['detail']
  readonly steps: readonly BuildStep[]
}

export interface BuildBench {
  readonly tasks: TaskRegistry
  readonly builds: BuildRegistry
  readonly buildx: Buildx
  /** A folder with these files. */
  context(files: Readonly<Record<string, string>>): string
  input(more: Partial<BuildInput>): BuildInput
  /** Starts it and waits for its end. */
  build(more: Partial<BuildInput>, secretValues?: Readonly<Record<string, string>>): Promise<Ended>
  /** Waits until the build is as `check` says. */
  until(id: string, check: (now: Ended) => boolean): Promise<Ended>
  /** Answers the id of the container whose shell is open. */
  openLastGoodStep(id: string): Promise<string>
  /** The lines of a build, or of one of its steps. */
  lines(id: string, step?: number): string[]
}

const noHelper = () => Promise.resolve(null)

export interface BenchOptions {
  /** false: as of an engine that says it has none. */
  readonly buildKit?: boolean
  /** Another buildx than the bundled one. */
  readonly program?: string
  /** The docker context that the engine is reached by. */
  readonly dockerContext?: string
  readonly reader?: Reader | null
}

export interface BuildsOnEngine {
  readonly engine: TestEngine
  readonly bench: BuildBench
  readonly stop: () => Promise<void>
}

/** An engine that has busybox, and builds on it. */
export async function startBuilds(
  options: BenchOptions & { readonly engine?: TestEngineOptions } = {}
): Promise<BuildsOnEngine> {
  const engine = await startEngine(options.engine)
  await engine.importBusybox()
  const bench = buildBench(engine, options)
  return {
    engine,
    bench,
    async stop() {
      await bench.builds.dispose()
      await engine.stop()
    }
  }
}

export function buildBench(
  engine: TestEngine,
  { buildKit = true, program: buildxProgram, reader = null, dockerContext }: BenchOptions = {}
): BuildBench {
  const tasks = new TaskRegistry()
  const buildx = new Buildx({
    program: buildxProgram ?? `${engine.bundleDir}/cli-plugins/docker-buildx`,
    cliConfigDir: `${engine.home}/cli`,
    stateDir: `${engine.home}/cli/buildx`,
    runDir: engine.home,
    engine: () => ({
      host: `unix://${engine.socket}`,
      context: dockerContext ?? null,
      fromEnvironment: false
    }),
    startLines,
    env: engine.env
  })
  const client = () => DockerClient.connect({ kind: 'unix', path: engine.socket })
  const program = new EngineProgram({
    client,
    buildx: new BuildxProgram(buildx, reader),
    classic: new ClassicProgram({ client, credentials: registryCredentials(`${engine.home}/cli`, noHelper) }),
    wish: buildKit ? undefined : '0'
  })
  const builds = new BuildRegistry({
    tasks,
    program: () => program,
    ownBuilder: () => buildx.ownBuilder,
    findRef: async (step, signal) => {
      const connection = await client()
      try {
        return await withBuildKit(connection, signal, (buildkit) => findBuildOf(buildkit, step, signal))
      } finally {
        connection.dispose()
      }
    }
  })
  const input = (more: Partial<BuildInput>): BuildInput => ({ ...emptyBuild(), ...more })

  async function until(id: string, check: (now: Ended) => boolean): Promise<Ended> {
    const steps: BuildStep[] = []
    const abort = new AbortController()
    for await (const news of builds.watch(id, abort.signal)) {
      for (const step of news.steps) steps[step.number - 1] = step
      const now = { detail: news.detail, steps }
      if (check(now)) {
        abort.abort()
        return now
      }
    }
    throw new Error('the build ended before it was as expected')
  }

  return {
    tasks,
    builds,
    buildx,
    context(files) {
      const folder = mkdtempSync(`${engine.home}/context-`)
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), text)
      }
      return folder
    },
    input,
    async build(more, secretValues = {}) {
      const { id } = builds.start(input(more), secretValues)
      return await until(id, ({ detail }) => detail.summary.state !== 'Running')
    },
    until,
    async openLastGoodStep(id) {
      return await openLastGoodStep(builds.detail(id), {
        tasks,
        program: () => program,
        client,
        folder: engine.home
      })
    },
    lines(id, step) {
      const { store } = builds.open(
        step === undefined ? `build:${id}` : `build:${id}:${step}`,
        () => undefined
      )
      const texts: string[] = []
      for (let line = store.firstLine; line < store.endLine; line += 1) texts.push(store.text(line))
      return texts
    }
  }
}
