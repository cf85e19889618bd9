/**
 * One build: its steps, its log, and what it came to. It goes on whoever looks. What carries it out is a program
 * (program.ts). Made by registry.ts.
 */
import { randomUUID } from 'node:crypto'
import { buildCommand } from '@shared/builds/build-command'
import { parseSecret } from '@shared/builds/secret-line'
import { BuildSteps, type SolveStatus } from '@shared/builds/solve-status'
import type {
  BuildDetail,
  BuildFailure,
  BuildInput,
  BuildState,
  BuildStep,
  BuildSummary
} from '@shared/contract/builds'
import { oneLine } from '@shared/docker/text'
import { AppError, toAppError } from '@shared/errors'
import type { BegunStep } from '../docker/buildkit/running'
import { STDERR } from '../logs/framing'
import { Pulse } from '../resources/pulse'
import { BuildLog } from './build-log'
import { explainFailure } from './failure'
import { buildName } from './name'
import type { BuildProgram } from './program'
import { dockerfileName } from './read-dockerfile'

const MOST_SAID = 400
const LAST_LINES = 30
/** How the plain progress of the CLI calls an end that has no time. */
const NOTED: Readonly<Record<string, string>> = { Cached: 'CACHED', Canceled: 'CANCELED' }

export interface BuildRunOptions {
  readonly input: BuildInput
  readonly secretValues: Readonly<Record<string, string>>
  readonly program: BuildProgram
}

export class BuildRun {
  readonly id = randomUUID()
  readonly input: BuildInput
  readonly log = new BuildLog()
  readonly changed = new Pulse()
  readonly name: string
  readonly createdAt = Date.now()
  readonly typedSecrets: readonly string[]
  state: BuildState = 'Running'
  failure: BuildFailure | null = null
  /** What BuildKit's own list of builds can be asked with, once something has begun. */
  firstStep: BegunStep | null = null
  #ref = ''
  #unreadable: readonly string[] = []
  #imageId = ''
  #endedAt: number | null = null
  readonly #steps = new BuildSteps()
  readonly #said: string[] = []
  readonly #noted = new Set<string>()
  /** Steps that changed, by revision: each watcher takes what is newer than what it has seen. */
  readonly #revisions = new Map<string, number>()
  #revision = 0

  constructor({ input, secretValues }: Pick<BuildRunOptions, 'input' | 'secretValues'>) {
    this.input = input
    this.name = buildName(input)
    this.typedSecrets = [...environmentNames(input)].filter((name) => name in secretValues)
  }

  get ended(): boolean {
    return this.state !== 'Running'
  }

  get summary(): BuildSummary {
    const { steps, cached, completed } = this.#steps.totals
    return {
      Id: this.id,
      ref: this.#ref,
      name: this.name,
      tags: this.input.tags,
      state: this.state,
      createdAt: this.createdAt,
      startedAt: this.createdAt,
      durationMs: this.#endedAt === null ? null : this.#endedAt - this.createdAt,
      stepsTotal: steps,
      stepsCached: cached,
      stepsDone: completed,
      dockerfile: dockerfileName(this.input),
      context: this.input.context,
      target: this.input.target,
      builder: this.input.builder
    }
  }

  get detail(): BuildDetail {
    return {
      summary: this.summary,
      totals: this.#steps.totals,
      failure: this.failure,
      warnings: this.#steps.warnings.slice(0, 200).map(({ text, detail, url, line }) => ({
        text: oneLine(text),
        detail: oneLine(detail.join(' ')),
        url,
        line
      })),
      command: buildCommand(this.input),
      input: this.input,
      typedSecrets: this.typedSecrets,
      unreadable: this.#unreadable,
      imageId: this.#imageId
    }
  }

  /** The steps that changed after `revision`, and the revision they are of. */
  stepsSince(revision: number): { readonly steps: readonly BuildStep[]; readonly revision: number } {
    const steps =
      revision < 0
        ? this.#steps.list
        : [...this.#revisions]
            .filter(([, at]) => at > revision)
            .flatMap(([digest]) => this.#steps.get(digest) ?? [])
    return { steps, revision: this.#revision }
  }

  /**
   * Runs it to its end.
   *
   * @throws AppError with the failure's sentence, `Cancelled` once it was stopped.
   */
  async run(
    { secretValues, program }: Omit<BuildRunOptions, 'input'>,
    onProgress: () => void,
    signal: AbortSignal
  ): Promise<void> {
    const ears = {
      onStatus: (status: SolveStatus): void => {
        this.#takeStatus(status)
        onProgress()
        this.changed.beat()
      },
      onLine: (line: string): void => this.#say(line),
      onUnreadable: (paths: readonly string[]): void => {
        this.#unreadable = paths
        this.changed.beat()
      }
    }
    try {
      const job = { id: this.id, input: this.input, secretValues }
      const { exitCode, ref, imageId } = await program.run(job, ears, signal)
      if (ref !== '') this.#ref = ref
      this.#imageId = imageId
      if (exitCode === 0) this.#end('Done')
      else this.#fail(exitCode, signal)
    } catch (thrown) {
      const error = toAppError(thrown)
      this.#say(error.message)
      this.#fail(null, signal)
      if (this.failure !== null)
        this.failure = { ...this.failure, message: error.message, hint: error.hint ?? '' }
    }
    if (this.state === 'Canceled') throw new AppError('Cancelled', 'Cancelled.')
    if (this.failure !== null) {
      throw new AppError('System', this.failure.message, { hint: this.failure.hint })
    }
  }

  #say(line: string): void {
    this.#said.push(line)
    if (this.#said.length > MOST_SAID) this.#said.shift()
    this.log.note(line, Date.now(), STDERR)
  }

  /** BuildKit's reference, found before buildx tells it. */
  link(ref: string): void {
    if (ref === '' || this.#ref !== '') return
    this.#ref = ref
    this.changed.beat()
  }

  #takeStatus(status: SolveStatus): void {
    if (this.firstStep === null) {
      const { digest, started } = status.vertexes.find((vertex) => vertex.started !== null) ?? {}
      if (digest !== undefined && typeof started === 'number') this.firstStep = { digest, started }
    }
    const changed = new Set(this.#steps.take(status))
    for (const { vertex, stream, data, time } of status.logs) {
      const step = this.#steps.get(vertex)
      if (step === undefined) continue
      this.#noteBegin(step)
      this.#steps.addLines(vertex, this.log.write(step.number, stream === 2 ? 2 : 1, data, time))
      changed.add(vertex)
    }
    this.#revision += 1
    for (const digest of changed) {
      this.#revisions.set(digest, this.#revision)
      const step = this.#steps.get(digest)
      if (step !== undefined) this.#note(step)
    }
  }

  /** What the plain progress of the CLI prints of a step's beginning and end. */
  #note(step: BuildStep): void {
    this.#noteBegin(step)
    const end = `${step.id} ended`
    if (step.state === 'Running' || step.endedAt === null || this.#noted.has(end)) return
    this.#noted.add(end)
    this.#steps.addLines(step.id, this.log.flush(step.number, step.endedAt))
    const seconds = ((step.tookMs ?? 0) / 1000).toFixed(1)
    const word = step.state === 'Error' ? `ERROR: ${step.error}` : (NOTED[step.state] ?? `DONE ${seconds}s`)
    this.log.note(`#${step.number} ${word}`, step.endedAt)
  }

  #noteBegin(step: BuildStep): void {
    if (this.#noted.has(step.id)) return
    this.#noted.add(step.id)
    this.log.note(`#${step.number} ${step.text}`, step.startedAt)
  }

  #fail(exitCode: number | null, signal: AbortSignal): void {
    if (signal.aborted) return this.#end('Canceled')
    this.#end('Error')
    this.failure = explainFailure({
      said: this.#said,
      steps: this.#steps.list,
      lastLines: (step) => this.log.lastLines(step, LAST_LINES),
      exitCode,
      builder: this.input.builder
    })
    this.changed.beat()
  }

  #end(state: BuildState): void {
    const now = Date.now()
    this.#endedAt = now
    this.#steps.end(now)
    this.state = state
    this.#revision += 1
    for (const step of this.#steps.list) {
      this.#note(step)
      this.#revisions.set(step.id, this.#revision)
    }
    this.log.end()
    this.changed.beat()
  }
}

/** The variables that the secrets of a build name. */
export function environmentNames(input: BuildInput): ReadonlySet<string> {
  return new Set(
    input.secrets.flatMap((line) => {
      const secret = parseSecret(line)
      return secret.ok && secret.from === 'env' ? [secret.name] : []
    })
  )
}
