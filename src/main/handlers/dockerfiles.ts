/** Dockerfiles for the editor. Thin: the work is in dockerfiles/. */
import type { Buildx } from '../builds/buildx'
import { checkDockerfile } from '../dockerfiles/check'
import type { Dockerfiles } from '../dockerfiles/service'
import type { Handlers } from '../ipc/handler'

export interface DockerfilesHandlerDeps {
  readonly dockerfiles: Dockerfiles
  readonly buildx: Buildx
  readonly openExternal: (url: string) => Promise<void>
}

export function dockerfilesHandlers({ dockerfiles, buildx, openExternal }: DockerfilesHandlerDeps) {
  return {
    open: ({ context, dockerfile }) => dockerfiles.open(context, dockerfile),
    choose: () => dockerfiles.choose(),
    save: ({ id, text, overwrite }) => dockerfiles.save(id, text, overwrite),
    async unsaved({ path }) {
      await Promise.resolve()
      dockerfiles.unsaved = path
    },
    names: ({ context, folder }) => dockerfiles.names(context, folder),
    async *check(asked, { signal }) {
      yield await checkDockerfile(buildx, asked, signal)
    },
    openLink: ({ url }) => openExternal(url)
  } satisfies Handlers['dockerfiles']
}
