/** Reads the Dockerfile that a form names, for its stages and arguments. Only files of this machine; nothing is kept. */
import { open } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { BuildInput, DockerfileOutline } from '@shared/contract/builds'
import { outlineOf } from '@shared/docker/dockerfile-outline'
import { dockerfilePath } from './read-dockerfile'

const MOST_BYTES = 1024 * 1024

type Asked = Pick<BuildInput, 'context' | 'contextKind' | 'dockerfile' | 'dockerfileText'>

const nothing = (problem: DockerfileOutline['problem'] = null): DockerfileOutline => ({
  file: null,
  stages: [],
  args: [],
  problem
})

/** What is in an archive or behind an address is not looked into. */
export async function readOutline({
  context,
  contextKind,
  dockerfile,
  dockerfileText
}: Asked): Promise<DockerfileOutline> {
  if (dockerfileText !== null) return { file: null, ...outlineOf(dockerfileText), problem: null }
  if (contextKind !== 'folder' || !isAbsolute(context)) return nothing()
  const path = dockerfilePath({ context, dockerfile })
  try {
    return { file: path, ...outlineOf(await beginningOf(path)), problem: null }
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    const why = code === 'EACCES' ? 'may not be read' : code === 'EISDIR' ? 'is a folder' : 'is not there'
    return nothing({
      message: `${path} ${why}.`,
      hint: 'The path of the Dockerfile is within the context; another one can be written in the field Dockerfile.'
    })
  }
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    if (!(await file.stat()).isFile()) throw Object.assign(new Error('no file'), { code: 'EISDIR' })
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
