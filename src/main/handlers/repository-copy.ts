/** "Copy image": from one registry to another as a task. Thin; the work is in registries/copy. */
import { parseReference } from '@shared/docker/reference'
import { AppError, attempted } from '@shared/errors'
import type { Handlers } from '../ipc/handler'
import { copyImage, type Copied } from '../registries/copy/image-copy'
import { planRoot } from '../registries/copy/plan'
import { digestAt, pushScope, tagTaken } from '../registries/copy/push'
import type { Place } from '../registries/manifest'
import { HUB_HOST } from '../registries/registry-key'
import type { TaskRegistry } from '../tasks/registry'

export interface RepositoryCopyDeps {
  readonly tasks: TaskRegistry
  /** Opens a repository with the login that is stored by then. */
  readonly placeOf: (host: string, repository: string, signal: AbortSignal) => Promise<Place>
  readonly checkedReference: (host: string, repository: string, reference: string) => string
}

export function repositoryCopyHandlers({ tasks, placeOf, checkedReference }: RepositoryCopyDeps) {
  return {
    async copy({ host, repository, reference: typed, to, digests, about, replace }, { signal }) {
      const reference = checkedReference(host, repository, typed)
      const target = targetOf(to)
      const source = `${host}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`
      if (source === target.name) {
        throw new AppError('InvalidParameter', 'That is where the image is.', {
          hint: 'Give it another registry, repository or tag.'
        })
      }
      try {
        const from = await placeOf(host, repository, signal)
        const there = await placeOf(target.host, target.repository, signal)
        if (!replace) await assertFree(from, reference, digests, there, target.tag)
      } catch (error) {
        throw attempted(`Could not copy ${source}`, error)
      }
      const choice = { digests, about }
      const { id } = tasks.run(
        `Copy ${source} to ${target.name}`,
        async (update, stop) => {
          // Opened anew each time, so that a retry finds a new login.
          const from = await placeOf(host, repository, stop)
          const there = await placeOf(target.host, target.repository, stop)
          return await copyImage(
            { from, reference, to: there, tag: target.tag, choice, replace },
            (message, transfer) =>
              update({ message, transfer, progress: transfer.total > 0 ? transfer : null })
          )
        },
        (copied) => copiedText(target.name, copied),
        { retryable: true }
      )
      return { taskId: id, host: target.host, repository: target.repository, tag: target.tag }
    }
  } satisfies Partial<Handlers['repositories']>
}

function copiedText(name: string, { digest, sameDigest, about }: Copied): string {
  const kept = sameDigest ? 'the same digest' : 'another digest, because not all platforms were copied'
  const beside = about === 0 ? '' : ` With ${about} ${about === 1 ? 'entry' : 'entries'} about it.`
  return `Copied to ${name}: ${digest}, ${kept}.${beside}`
}

interface Target {
  readonly host: string
  readonly repository: string
  readonly tag: string
  /** Whole, as it is shown. */
  readonly name: string
}

function targetOf(typed: string): Target {
  const parsed = parseReference(typed.trim())
  const hint = 'Write it as registry.example:5000/team/app:1.'
  if (!parsed.ok) throw new AppError('InvalidParameter', parsed.message, { hint })
  const { domain: host, path: repository, tag, digest } = parsed.reference
  if (digest !== null) {
    throw new AppError('InvalidParameter', 'A copy has the digest that its content has.', {
      hint: 'Leave the part with @ out, and give it a tag.'
    })
  }
  // What has no registry in front means Docker Hub to the docker command; here that would be sent to strangers by mistake.
  if (host === HUB_HOST && !/^(?:index\.)?docker\.io\//.test(typed.trim())) {
    throw new AppError('InvalidParameter', 'Say which registry it goes to.', {
      hint: `Write its host in front; for Docker Hub docker.io/${repository}.`
    })
  }
  const named = tag ?? 'latest'
  return { host, repository, tag: named, name: `${host}/${repository}:${named}` }
}

/** Said before a task begins, where it can be; the task looks again, with the login that it has by then. */
async function assertFree(
  from: Place,
  reference: string,
  digests: readonly string[],
  to: Place,
  tag: string
): Promise<void> {
  const there = await digestAt(to, tag, pushScope(from, to)).catch((error: unknown) => {
    // The task asks for the login, and goes on with it.
    if (error instanceof AppError && error.code === 'Unauthorized') return null
    throw error
  })
  if (there === null) return
  const { root } = await planRoot(from, reference, digests)
  if (there !== root.digest) throw tagTaken(to, tag, there)
}
