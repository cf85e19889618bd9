/**
 * Builds of an engine that has no BuildKit (Podman's API, Windows containers), through the Engine API alone: the same
 * page, steps one after the other. docs/decisions/0601 says what is told and what is not.
 */
import { Readable } from 'node:stream'
import type { BuildInput } from '@shared/contract/builds'
import type { SolveStatus } from '@shared/builds/solve-status'
import { parseUlimit } from '@shared/builds/ulimit'
import { outlineOf } from '@shared/docker/dockerfile-outline'
import { parseMemorySize } from '@shared/docker/memory-size'
import { parseReference } from '@shared/docker/reference'
import { AppError } from '@shared/errors'
import { buildImage, engineWords, type ImageBuild } from '../../docker/build-image'
import type { DockerClient } from '../../docker/client'
import { serverOf, type Credentials } from '../../docker/registry-credentials'
import { fileBytes } from '../../images/source'
import type { BuildEars, BuildEnd, BuildJob, BuildProgram } from '../program'
import { dockerfileName, readDockerfile } from '../read-dockerfile'
import { BuildStream } from './build-stream'
import { contextArchive } from './context-archive'
import { failedLine } from './failed-line'
import { needsBuildKit } from './limits'

const CONTEXT_STEP = 'context'

export interface ClassicDeps {
  readonly client: () => Promise<DockerClient>
  readonly credentials: Credentials
}

export class ClassicProgram implements BuildProgram {
  readonly #deps: ClassicDeps

  constructor(deps: ClassicDeps) {
    this.#deps = deps
  }

  async run({ input }: BuildJob, ears: BuildEars, signal: AbortSignal): Promise<BuildEnd> {
    signal.throwIfAborted()
    const missing = needsBuildKit(input)
    if (missing.length > 0) {
      throw new AppError(
        'NotImplemented',
        `This engine has no BuildKit, which is needed for ${missing.join(', ')}.`,
        {
          hint: 'Choose Change and leave that out, or choose a builder that has it.'
        }
      )
    }
    const dockerfile = await textOf(input)
    const stream = new BuildStream()
    try {
      const build = await this.#request(input, dockerfile ?? '', ears, signal)
      for await (const value of buildImage(await this.#deps.client(), build, signal)) {
        ears.onStatus(stream.take(value, Date.now()))
      }
      ears.onStatus(stream.end(Date.now()))
    } catch (thrown) {
      const words = engineWords(thrown)
      if (signal.aborted || words === null) throw thrown
      stream.error = words
    }
    if (stream.error === null) return { exitCode: 0, ref: '', imageId: stream.imageId }
    if (dockerfile !== null) {
      for (const line of failedLine(dockerfileName(input), dockerfile, stream.step)) ears.onLine(line)
    }
    ears.onLine(`ERROR: ${stream.error}`)
    return { exitCode: 1, ref: '', imageId: '' }
  }

  async #request(
    input: BuildInput,
    dockerfile: string,
    ears: BuildEars,
    signal: AbortSignal
  ): Promise<ImageBuild> {
    return {
      ...(await sourceOf(input, ears, signal)),
      tags: input.tags,
      target: input.target,
      platform: input.platforms[0] ?? '',
      network: input.network,
      addHosts: input.addHosts.map((host) => host.replace('=', ':')),
      ulimits: input.ulimits.map(parseUlimit).filter((one) => one !== null),
      shmSize: parseMemorySize(input.shmSize) ?? 0,
      cgroupParent: input.cgroupParent,
      buildArgs: pairs(input.buildArgs, (name) => process.env[name] ?? null),
      labels: pairs(input.labels, () => ''),
      cacheFrom: input.cacheFrom,
      noCache: input.noCache,
      pull: input.pull,
      logins: await this.#logins(dockerfile, signal)
    }
  }

  /** Of the registries that the Dockerfile's stages come from, and of no others. */
  async #logins(dockerfile: string, signal: AbortSignal): Promise<Record<string, string>> {
    const domains = new Set(
      outlineOf(dockerfile).stages.flatMap(({ base }) => {
        const parsed = parseReference(base)
        return parsed.ok ? [parsed.reference.domain] : []
      })
    )
    const logins: Record<string, string> = {}
    for (const domain of domains) {
      const { auth } = await this.#deps.credentials(domain, signal)
      if (auth !== undefined) logins[serverOf(domain)] = auth
    }
    return logins
  }
}

/** null for one that is not on this computer: in an archive, behind an address. */
async function textOf(input: BuildInput): Promise<string | null> {
  if (input.dockerfileText !== null) return input.dockerfileText
  return input.contextKind === 'folder' ? await readDockerfile(input) : null
}

async function sourceOf(
  input: BuildInput,
  ears: BuildEars,
  signal: AbortSignal
): Promise<Pick<ImageBuild, 'context' | 'remote' | 'dockerfile'>> {
  const dockerfile = dockerfileName(input)
  switch (input.contextKind) {
    case 'url':
      if (input.dockerfileText === null) return { context: null, remote: input.context, dockerfile }
      throw new AppError('NotImplemented', 'Without BuildKit, an address brings its own Dockerfile.', {
        hint: 'Choose Change and take the one in the context.'
      })
    case 'tar':
      return { context: counted(fileBytes(input.context, signal), ears), remote: '', dockerfile }
    case 'folder': {
      const archive = await contextArchive(input.context, input)
      return { context: counted(archive.bytes, ears), remote: '', dockerfile: archive.dockerfile }
    }
  }
}

/** The bytes go over as a step of their own, as BuildKit tells it. */
function counted(bytes: AsyncIterable<Uint8Array>, ears: BuildEars): Readable {
  const started = Date.now()
  const tell = (sent: number, completed: number | null): void => {
    ears.onStatus(contextStep(started, sent, completed))
  }
  async function* pass(): AsyncGenerator<Uint8Array, void, undefined> {
    let sent = 0
    tell(sent, null)
    for await (const piece of bytes) {
      yield piece
      sent += piece.length
      tell(sent, null)
    }
    tell(sent, Date.now())
  }
  return Readable.from(pass(), { objectMode: false })
}

function contextStep(started: number, sent: number, completed: number | null): SolveStatus {
  const name = '[internal] load build context'
  return {
    vertexes: [{ digest: CONTEXT_STEP, name, inputs: [], started, completed, cached: false, error: '' }],
    statuses: [{ id: 'transferring context:', vertex: CONTEXT_STEP, current: sent, total: 0 }],
    logs: [],
    warnings: []
  }
}

/** `NAME=value`; a name alone has the value that `otherwise` gives. */
function pairs<T extends string | null>(
  lines: readonly string[],
  otherwise: (name: string) => T
): Record<string, string | T> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [line, otherwise(line)] : [line.slice(0, at), line.slice(at + 1)]
    })
  )
}
