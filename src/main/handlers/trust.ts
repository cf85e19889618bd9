/** Docker Content Trust for the page. Thin: names are checked, the work is the docker CLI's. */
import { parseReference } from '@shared/docker/reference'
import { AppError } from '@shared/errors'
import { readImageTrust } from '../docker/image-trust'
import type { Handlers } from '../ipc/handler'
import type { ContentTrustCli } from '../registries/content-trust'
import type { EngineSession } from '../resources/session'

export function trustHandlers(cli: ContentTrustCli, session: Pick<EngineSession, 'client'>) {
  return {
    async ofImage({ id }, { signal }) {
      return await readImageTrust(await session.client(), id, signal)
    },
    async inspect({ of, server }, { signal }) {
      return await cli.inspect(bare(of), server, signal)
    },
    keys: () => Promise.resolve(cli.keys()),
    async sign({ image, server, ...passphrases }, { signal }) {
      await cli.sign(tagged(image), server, passphrases, signal)
    },
    async revoke({ image, server, ...passphrases }, { signal }) {
      await cli.revoke(tagged(image), server, passphrases, signal)
    },
    async addSigner({ of, name, key, server, ...passphrases }, { signal }) {
      await cli.addSigner({ repository: bare(of), name, key }, server, passphrases, signal)
    },
    async generateKey({ name, passphrase }, { signal }) {
      return { key: await cli.generateKey(name, passphrase, signal) }
    }
  } satisfies Handlers['trust']
}

function bare(repository: string): string {
  const parsed = parseReference(repository)
  if (parsed.ok && parsed.reference.tag === null && parsed.reference.digest === null) return repository
  throw new AppError('InvalidParameter', 'That is not the name of a repository.', {
    hint: 'Write it as in an image’s name, without the tag: registry.example/team/app.'
  })
}

function tagged(image: string): string {
  const parsed = parseReference(image)
  if (parsed.ok && parsed.reference.tag !== null && parsed.reference.digest === null) return image
  throw new AppError('InvalidParameter', 'That is not a tag that can be signed.', {
    hint: 'Signatures are of a tag: registry.example/team/app:1.'
  })
}
