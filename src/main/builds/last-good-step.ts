/**
 * What a failed build had made until the instruction that failed: the same build once more, of a Dockerfile that ends
 * before it. Every step of that is in the build cache, whichever builder ran it. docs/decisions/0600 says why so.
 */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BuildFailure, BuildInput } from '@shared/contract/builds'
import { outlineOf } from '@shared/docker/dockerfile-outline'
import { AppError } from '@shared/errors'
import { dockerfilePath, readDockerfile } from './read-dockerfile'

export interface GoodPart {
  /** Builds it into the engine, without a name. */
  readonly input: BuildInput
  forget(): Promise<void>
}

/** The Dockerfile up to the line (from 1) of an instruction; null when no step of its stage comes before that. */
export function dockerfileBefore(dockerfile: string, line: number): string | null {
  const stage = outlineOf(dockerfile).stages.findLast((one) => one.line <= line)
  if (stage === undefined || stage.line === line) return null
  const lines = dockerfile.split('\n').slice(0, line - 1)
  return `${lines.join('\n')}\n`
}

/**
 * Writes the shortened Dockerfile below `folder`, with the ignore file that the whole one has.
 *
 * @throws AppError where there is no such part, or the Dockerfile is another one by now.
 */
export async function goodPartOf(
  input: BuildInput,
  source: BuildFailure['source'],
  folder: string
): Promise<GoodPart> {
  if (source === null || input.contextKind !== 'folder') {
    throw nothingToOpen('It is not known at which line of a Dockerfile of this computer the build failed.')
  }
  const path = dockerfilePath(input)
  const text = input.dockerfileText ?? (await readDockerfile(input))
  const failed = source.lines.find(({ number }) => number === source.line)?.text ?? ''
  if (text.split(/\r?\n/)[source.line - 1]?.trim() !== failed.trim()) {
    throw new AppError('Conflict', 'The Dockerfile has changed since the build failed.', {
      hint: 'Choose Rebuild; if it fails again, its last good step can be opened.'
    })
  }
  const before = dockerfileBefore(text, source.line)
  if (before === null) throw nothingToOpen('The stage failed at its first instruction.')
  const made = await mkdtemp(join(folder, 'last-good-step-'))
  const forget = () => rm(made, { recursive: true, force: true })
  try {
    const file = join(made, basename(path))
    await writeFile(file, before, { mode: 0o600 })
    if (input.dockerfileText === null) await copyIgnoreFile(`${path}.dockerignore`, `${file}.dockerignore`)
    return { input: inputOf(input, file), forget }
  } catch (thrown) {
    await forget()
    throw thrown
  }
}

/** Without what only matters to the result, and with the cache, whatever the build said of it. */
function inputOf(input: BuildInput, dockerfile: string): BuildInput {
  return {
    ...input,
    dockerfile,
    dockerfileText: null,
    target: '',
    tags: [],
    labels: [],
    annotations: [],
    cacheTo: [],
    noCache: false,
    noCacheFilter: [],
    pull: false,
    output: 'engine',
    outputPath: '',
    outputs: [],
    provenance: 'off',
    sbom: false,
    attestations: []
  }
}

async function copyIgnoreFile(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
  }
}

function nothingToOpen(message: string): AppError {
  return new AppError('NotFound', 'There is no step before the one that failed.', { hint: message })
}
