/** Chooses what builds: buildx, or the API alone where the engine has no BuildKit and no other builder was named. */
import type { DockerClient } from '../docker/client'
import type { BuildEars, BuildEnd, BuildJob, BuildProgram } from './program'

export interface EngineProgramDeps {
  readonly client: () => Promise<DockerClient>
  readonly buildx: BuildProgram
  readonly classic: BuildProgram
  /** What DOCKER_BUILDKIT says; `0` means "without", as for the CLI. */
  readonly wish: string | undefined
}

export class EngineProgram implements BuildProgram {
  readonly #deps: EngineProgramDeps

  constructor(deps: EngineProgramDeps) {
    this.#deps = deps
  }

  async run(job: BuildJob, ears: BuildEars, signal: AbortSignal): Promise<BuildEnd> {
    const { buildx, classic } = this.#deps
    const program = job.input.builder !== '' || (await this.#hasBuildKit()) ? buildx : classic
    return await program.run(job, ears, signal)
  }

  async #hasBuildKit(): Promise<boolean> {
    const { client, wish } = this.#deps
    return wish !== '0' && (await client()).hasBuildKit
  }
}
