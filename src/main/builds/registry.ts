/**
 * The builds of this app run: several at once, each a task, kept with steps and log after they ended, within bounds. Made
 * by main/application.ts; handlers start and watch builds here, and main/logs reads their lines.
 */
import { inputProblems } from '@shared/builds/input-problems'
import type { BuildDetail, BuildInput, BuildNews, BuildSummary } from '@shared/contract/builds'
import { AppError } from '@shared/errors'
import type { Change } from '@shared/patch'
import type { BegunStep } from '../docker/buildkit/running'
import type { OtherLogs, WrittenLog } from '../logs/feed'
import { pause } from '../resources/pause'
import { WatchedCollection } from '../resources/watch'
import type { RunningTask, TaskRegistry, TaskUpdate } from '../tasks/registry'
import { BuildRun, environmentNames, type BuildRunOptions } from './build-run'
import type { BuildProgram } from './program'

/** The page is told at most so often. */
const TELL_MS = 120
const MOST_KEPT = 50
const MOST_LOG_BYTES = 512 * 1024 * 1024
/** Quitting waits so long for buildx to end. */
const LAST_WAIT_MS = 3000

const LOG_ID = /^build:([^:]+)(?::(\d+))?$/

interface Kept {
  readonly build: BuildRun
  readonly task: RunningTask<void>
}

export interface BuildStart {
  readonly id: string
  readonly taskId: string
}

export interface BuildRegistryDeps {
  readonly tasks: TaskRegistry
  /** For the engine in use. @throws AppError `EngineNotRunning` */
  readonly program: () => BuildProgram
  /** The builder whose builds are in the history of the engine in use. */
  readonly ownBuilder: () => string
  /** The engine's reference of the build that began this step; empty when it has none. */
  readonly findRef: (step: BegunStep, signal: AbortSignal) => Promise<string>
}

export class BuildRegistry implements OtherLogs {
  readonly #builds = new Map<string, Kept>()
  readonly #summaries = new WatchedCollection<BuildSummary>({ timing: { leadMs: 0, burstMs: 100 } })
  readonly #tasks: TaskRegistry
  readonly #program: () => BuildProgram
  readonly #ownBuilder: BuildRegistryDeps['ownBuilder']
  readonly #findRef: BuildRegistryDeps['findRef']

  constructor({ tasks, program, ownBuilder, findRef }: BuildRegistryDeps) {
    this.#tasks = tasks
    this.#program = program
    this.#ownBuilder = ownBuilder
    this.#findRef = findRef
    const read = (id: string) => this.#builds.get(id)?.build.summary
    this.#summaries.online({
      list: () => Promise.resolve([...this.#builds.values()].map(({ build }) => build.summary)),
      byId: (ids) => Promise.resolve(ids.map(read).filter((summary) => summary !== undefined))
    })
  }

  /** @throws AppError `InvalidParameter` for a form with a mistake, `EngineNotRunning`. */
  start(input: BuildInput, secretValues: Readonly<Record<string, string>>): BuildStart {
    const [problem] = Object.values(inputProblems(input))
    if (problem !== undefined) {
      throw new AppError('InvalidParameter', problem, { hint: 'Correct the form and start the build again.' })
    }
    const program = this.#program()
    const inHistory = ['', this.#ownBuilder()].includes(input.builder)
    const needed = environmentNames(input)
    const values = Object.fromEntries(Object.entries(secretValues).filter(([name]) => needed.has(name)))
    const build = new BuildRun({ input, secretValues: values })
    const task = this.#tasks.run(
      `Build ${build.name}`,
      (update, signal) => this.#run(build, { secretValues: values, program, inHistory }, update, signal),
      () => `Built ${build.name}`,
      { page: `/builds/${build.id}` }
    )
    this.#builds.set(build.id, { build, task })
    this.#summaries.touch(build.id)
    this.#keepWithinBounds()
    return { id: build.id, taskId: task.id }
  }

  /** The same input once more. @throws AppError `Conflict` where the values of secrets would have to be typed again. */
  rebuild(id: string): BuildStart {
    const { input, typedSecrets } = this.#get(id).build
    if (typedSecrets.length > 0) {
      throw new AppError('Conflict', 'The values of secrets are not kept.', {
        hint: `Open the form again and type ${typedSecrets.join(', ')}.`
      })
    }
    return this.start(input, {})
  }

  cancel(id: string): void {
    this.#tasks.cancel(this.#get(id).task.id)
  }

  detail(id: string): BuildDetail {
    return this.#get(id).build.detail
  }

  /** Tells of the build and its changes for as long as the signal lasts. */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<BuildNews, void, undefined> {
    const { build } = this.#get(id)
    let revision = -1
    while (!signal.aborted) {
      const seen = build.changed.beats
      const news = build.stepsSince(revision)
      revision = news.revision
      yield { detail: build.detail, steps: news.steps }
      if (!(await build.changed.beyond(seen, signal)) || !(await pause(TELL_MS, signal))) return
    }
  }

  watchAll(signal: AbortSignal): AsyncGenerator<Change<BuildSummary>, void, undefined> {
    return this.#summaries.watch(signal)
  }

  owns(id: string): boolean {
    return id.startsWith('build:')
  }

  open(id: string, onChange: () => void): WrittenLog {
    const [, build = '', step] = LOG_ID.exec(id) ?? []
    const kept = this.#get(build)
    const log = kept.build.log.open(step === undefined ? null : Number(step), onChange)
    if (log !== undefined) return log
    throw new AppError('NotFound', 'This step has printed nothing.', {
      hint: 'Look at the log of all steps.'
    })
  }

  /** The app quits: buildx is told to stop, and given a moment to tell the engine. */
  async dispose(): Promise<void> {
    const running = [...this.#builds.values()].filter(({ build }) => !build.ended)
    for (const { task } of running) this.#tasks.cancel(task.id)
    const wait = new AbortController()
    const ended = Promise.allSettled(running.map(({ task }) => task.done)).then(() => wait.abort())
    await Promise.race([ended, pause(LAST_WAIT_MS, wait.signal)])
    wait.abort()
  }

  async #run(
    build: BuildRun,
    { inHistory, ...options }: Omit<BuildRunOptions, 'input'> & { readonly inHistory: boolean },
    update: (news: TaskUpdate) => void,
    signal: AbortSignal
  ): Promise<void> {
    let linking = !inHistory
    const tell = (): void => {
      const { stepsDone, stepsTotal } = build.summary
      update({ progress: { current: stepsDone, total: stepsTotal } })
      this.#summaries.touch(build.id)
      if (linking || build.firstStep === null) return
      linking = true
      void this.#link(build, build.firstStep, signal)
    }
    try {
      await build.run(options, tell, signal)
    } finally {
      this.#summaries.touch(build.id)
      this.#keepWithinBounds()
    }
  }

  /** The row of the engine's history and this build are one and the same from here on. */
  async #link(build: BuildRun, step: BegunStep, signal: AbortSignal): Promise<void> {
    try {
      const ref = await this.#findRef(step, signal)
      if ([...this.#builds.values()].every((other) => other.build.summary.ref !== ref)) build.link(ref)
      this.#summaries.touch(build.id)
    } catch {
      // An engine without a history, or one that went away: buildx tells the reference at the end.
    }
  }

  #get(id: string): Kept {
    const kept = this.#builds.get(id)
    if (kept !== undefined) return kept
    throw new AppError('NotFound', 'This build is not kept any more.', {
      hint: 'The engine’s own history of builds may still have it.'
    })
  }

  /** The oldest that have ended go first. */
  #keepWithinBounds(): void {
    let bytes = 0
    for (const { build } of this.#builds.values()) bytes += build.log.sizeBytes
    for (const [id, { build }] of this.#builds) {
      if (this.#builds.size <= MOST_KEPT && bytes <= MOST_LOG_BYTES) return
      if (!build.ended) continue
      bytes -= build.log.sizeBytes
      this.#builds.delete(id)
      this.#summaries.touch(id)
    }
  }
}
