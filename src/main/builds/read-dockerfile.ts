/** The Dockerfile of a context of this computer. Used by whatever reads it or names it. */
import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { BuildInput } from '@shared/contract/builds'
import { AppError } from '@shared/errors'

type Place = Pick<BuildInput, 'context' | 'dockerfile'>

/** As it was given, or the usual one. */
export function dockerfileName({ dockerfile }: Pick<Place, 'dockerfile'>): string {
  return dockerfile === '' ? 'Dockerfile' : dockerfile
}

/** Where it is. */
export function dockerfilePath({ context, dockerfile }: Place): string {
  const name = dockerfileName({ dockerfile })
  return isAbsolute(name) ? name : join(context, name)
}

/** @throws AppError `NotFound` */
export async function readDockerfile(place: Place): Promise<string> {
  const path = dockerfilePath(place)
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new AppError('NotFound', `There is no Dockerfile at ${path} that can be read.`, {
      hint: 'Check the fields Context and Dockerfile: the path of the Dockerfile is within the context.',
      cause
    })
  }
}
