/** Builds through the bundled buildx. The values of secrets are in its environment and nowhere else, and not after it ended. */
import { buildArguments } from '@shared/builds/build-command'
import { AppError } from '@shared/errors'
import { readOutcome, type Buildx } from './buildx'
import type { BuildEars, BuildEnd, BuildJob, BuildProgram } from './program'
import { parseSolveStatus } from './rawjson'
import { thisReader, unreadableFiles, type Reader } from './unreadable-files'

/** buildx tells the engine that it stops; one that has not ended by then is ended. */
const STOP_GRACE_MS = 10_000

export class BuildxProgram implements BuildProgram {
  readonly #buildx: Buildx
  readonly #reader: Reader | null

  constructor(buildx: Buildx, reader: Reader | null = thisReader()) {
    this.#buildx = buildx
    this.#reader = reader
  }

  async run(job: BuildJob, ears: BuildEars, signal: AbortSignal): Promise<BuildEnd> {
    const outcome = this.#buildx.outcomeFile(job.id)
    const ended = new AbortController()
    const unreadable =
      job.input.contextKind === 'folder'
        ? unreadableFiles(job.input, this.#reader, AbortSignal.any([signal, ended.signal]))
        : Promise.resolve([])
    void unreadable.then((paths) => paths.length > 0 && ears.onUnreadable(paths))
    try {
      const exitCode = await this.#run(job, outcome, ears, signal)
      // A build that went well is not called done before it is known what it may lack.
      if (exitCode === 0) await unreadable
      return { exitCode, ...readOutcome(outcome) }
    } finally {
      ended.abort()
      this.#buildx.forget(outcome)
    }
  }

  async #run(
    { input, secretValues }: BuildJob,
    outcome: string,
    ears: BuildEars,
    signal: AbortSignal
  ): Promise<number | null> {
    signal.throwIfAborted()
    const { args, input: stdin, variables } = buildArguments(input)
    const { contextKind, context, dockerfileText } = input
    const process = this.#buildx.start({
      args: ['--metadata-file', outcome, '--progress', 'rawjson', ...args],
      cwd: contextKind === 'folder' ? context : null,
      variables: valuesOf(variables, secretValues),
      input:
        stdin === 'tar' ? { file: context } : stdin === 'dockerfile' ? { text: dockerfileText ?? '' } : null,
      onLine(line) {
        const status = parseSolveStatus(line)
        if (status === null) ears.onLine(line)
        else ears.onStatus(status)
      }
    })
    const stop = (): void => process.stop(STOP_GRACE_MS)
    signal.addEventListener('abort', stop, { once: true })
    try {
      return (await process.done).exitCode
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

/** What was typed, or else what the app's own environment has, as for the CLI. */
function valuesOf(
  variables: ReadonlyMap<string, string>,
  typed: Readonly<Record<string, string>>
): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, ours] of variables) {
    const value = typed[name] ?? process.env[name]
    if (value === undefined) {
      throw new AppError('InvalidParameter', `The secret’s variable ${name} has no value.`, {
        hint: 'Type its value in the field below Secrets.'
      })
    }
    values[ours] = value
  }
  return values
}
