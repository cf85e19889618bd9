/**
 * The bundled buildx: which program, with what environment, against which engine. Used by build-run.ts; the engine's
 * history and its cache are read without it.
 */
import { accessSync, constants, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '@shared/errors'
import { engineVariables, inheritedVariables, type CliEngine } from '../engine/cli-environment'
import { run, type RunOptions, type RunResult } from '../platform/child-process'
import type { LineProcess, LineProcessOptions, StartLines } from '../platform/line-process'

export interface BuildxDeps {
  readonly program: string
  /** The CLI's own folder: logins. */
  readonly cliConfigDir: string
  /** What buildx remembers of builders and builds for the bundled engine. */
  readonly stateDir: string
  /** For files of one build. */
  readonly runDir: string
  /** @throws AppError `EngineNotRunning` */
  readonly engine: () => CliEngine
  readonly startLines: StartLines
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface BuildxRun extends Pick<LineProcessOptions, 'args' | 'input' | 'onLine'> {
  /** null: anywhere. */
  readonly cwd: string | null
  readonly variables: Readonly<Record<string, string>>
}

export class Buildx {
  readonly #deps: BuildxDeps

  constructor(deps: BuildxDeps) {
    this.#deps = deps
  }

  /** @throws AppError when there is no engine, or the folder of the context is not there. */
  start({ args, cwd, variables, input, onLine }: BuildxRun): LineProcess {
    return this.#deps.startLines(this.#deps.program, {
      args: ['build', ...args],
      cwd: existing(cwd) ?? this.#deps.runDir,
      env: { ...this.environment(), ...variables },
      input,
      onLine
    })
  }

  /** A question that ends by itself; a code other than 0 is an answer. @throws AppError as `run` does */
  async ask(
    args: readonly string[],
    options: Pick<RunOptions, 'input' | 'timeoutMs'>,
    signal: AbortSignal
  ): Promise<RunResult> {
    const { program, runDir } = this.#deps
    return await run(program, args, { ...options, cwd: runDir, env: this.environment() }, signal)
  }

  /** The builder that is the engine in use: buildx calls it as the docker context is called. @throws AppError `EngineNotRunning` */
  get ownBuilder(): string {
    return this.#deps.engine().context ?? 'default'
  }

  /** What every run of buildx for the engine in use has in its environment. */
  environment(): Record<string, string | undefined> {
    const { env, cliConfigDir, stateDir } = this.#deps
    const engine = this.#deps.engine()
    return {
      ...inheritedVariables(env),
      DOCKER_CONFIG: cliConfigDir,
      BUILDX_METADATA_PROVENANCE: 'disabled',
      BUILDX_NO_DEFAULT_ATTESTATIONS: env['BUILDX_NO_DEFAULT_ATTESTATIONS'],
      // Builders of a context are the user's own; those of any other engine are kept apart.
      BUILDX_CONFIG: engine.context === null ? stateDir : undefined,
      ...engineVariables(engine, env)
    }
  }

  /** Where buildx is to write what came out. */
  outcomeFile(id: string): string {
    return join(this.#deps.runDir, `build-${id}.json`)
  }

  forget(outcome: string): void {
    rmSync(outcome, { force: true })
  }
}

const Outcome = z.object({
  'buildx.build.ref': z.string().default(''),
  'containerimage.digest': z.string().default(''),
  'containerimage.config.digest': z.string().default('')
})

/** Empty when buildx wrote none: it failed. */
export function readOutcome(file: string): { readonly ref: string; readonly imageId: string } {
  try {
    const outcome = Outcome.parse(JSON.parse(readFileSync(file, 'utf8')))
    return {
      ref: engineRef(outcome['buildx.build.ref']),
      imageId: outcome['containerimage.digest'] || outcome['containerimage.config.digest']
    }
  } catch {
    return { ref: '', imageId: '' }
  }
}

/**
 * Of `builder/node/ref` the last part, for a build that is in the engine's history: its own builder has one node, with its own name;
 * a node of any other builder has a number.
 */
function engineRef(told: string): string {
  const [builder, node, ref = ''] = told.split('/')
  return builder === node ? ref : ''
}

function existing(folder: string | null): string | null {
  if (folder === null) return null
  const refuse = (cause?: unknown): never => {
    throw new AppError('NotFound', `The context ${folder} is no folder that can be read.`, {
      hint: 'Choose a folder that exists and that you may read.',
      cause
    })
  }
  try {
    accessSync(folder, constants.R_OK | constants.X_OK)
  } catch (cause) {
    return refuse(cause)
  }
  return statSync(folder).isDirectory() ? folder : refuse()
}
