/**
 * What the page may open, as the browsing thread needs it: an image or a container by its id, an archive by the token of the
 * dialog that chose it. Paths of this computer never come from the page.
 */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import type { ImageSource } from '@shared/contract/image-files'
import { AppError } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import { containerExport, imageArchive, outlineImage } from '../docker/image-files'
import type { Source } from './source'

/** Archives chosen in this run that can be opened again. */
const MAX_TOKENS = 100

export class ImageSources {
  readonly #client: () => Promise<DockerClient>
  readonly #containerName: (id: string) => string
  readonly #chosen = new Map<string, string>()

  constructor(client: () => Promise<DockerClient>, containerName: (id: string) => string) {
    this.#client = client
    this.#containerName = containerName
  }

  /** A token for a file or folder the user chose. */
  remember(path: string): { readonly token: string; readonly name: string } {
    const token = randomUUID()
    this.#chosen.set(token, path)
    for (const oldest of this.#chosen.keys()) {
      if (this.#chosen.size <= MAX_TOKENS) break
      this.#chosen.delete(oldest)
    }
    return { token, name: basename(path) }
  }

  async resolve(source: ImageSource, signal: AbortSignal): Promise<Source> {
    if (source.kind === 'archive') {
      const path = this.#chosen.get(source.token)
      if (path === undefined) throw forgotten()
      return { kind: 'archive', path, name: basename(path), image: source.image ?? null }
    }
    const client = await this.#client()
    if (source.kind === 'container') {
      return {
        kind: 'container',
        bytes: containerExport(client, source.id),
        name: this.#containerName(source.id),
        id: source.id
      }
    }
    const { id, name, diffIds, config, platform } = await outlineImage(client, source.id, signal)
    const bytes = imageArchive(client, source.id)
    return { kind: 'image', bytes, name, imageId: id, diffIds, config, platform }
  }
}

function forgotten(): AppError {
  return new AppError('NotFound', 'That archive was not chosen in this window.', { hint: 'Choose it again.' })
}
