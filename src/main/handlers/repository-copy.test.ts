/** "Copy image" before its task begins: what is refused at once, so that it can be asked about. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { copyImage } from '../registries/copy/image-copy'
import { memoryRegistry, type MemoryRegistry } from '../registries/copy/testing'
import { failureOf, httpOf, INDEX, MANIFEST, NEVER } from '../registries/testing'
import type { TaskRegistry } from '../tasks/registry'
import { repositoryCopyHandlers } from './repository-copy'

const CONTEXT = { signal: NEVER } as never
const handlers = repositoryCopyHandlers({
  // The work itself is tested where it is.
  tasks: { run: () => ({ id: 'begun' }) } as unknown as TaskRegistry,
  placeOf: (host, repository, signal) => Promise.resolve(at(host, repository, signal)),
  checkedReference: (_host, _repository, reference) => reference
})
const at = (host: string, repository: string, signal = NEVER) => ({ http: httpOf(host), repository, signal })

async function registry(): Promise<MemoryRegistry> {
  const one = await memoryRegistry()
  onTestFinished(one.stop)
  return one
}

/** An index of three platforms as `team/app:1`; answers the digest of each. */
function index(there: MemoryRegistry): string[] {
  const manifests = ['amd64', 'arm64', 'riscv64'].map((architecture) => {
    const value = { schemaVersion: 2, mediaType: MANIFEST, layers: [], annotations: { architecture } }
    const size = JSON.stringify(value).length
    const digest = there.put('team/app', 'x', value)
    return { mediaType: MANIFEST, digest, size, platform: { os: 'linux', architecture } }
  })
  there.put('team/app', '1', { schemaVersion: 2, mediaType: INDEX, manifests })
  return manifests.map(({ digest }) => digest)
}

describe('a copy', () => {
  it('to a tag that leads there already is no question, however many platforms are chosen', async () => {
    const [from, to] = [await registry(), await registry()]
    const each = index(from)
    const begin = async (digests: string[]) =>
      await handlers.copy(
        {
          ...{ host: from.host, repository: 'team/app', reference: '1', to: `${to.host}/app:2` },
          ...{ digests, about: false, replace: false }
        },
        CONTEXT
      )
    const wishes = [[], each.slice(0, 1), each.slice(0, 2), each]
    for (const digests of wishes) {
      const job = { from: at(from.host, 'team/app'), reference: '1', to: at(to.host, 'app'), tag: '2' }
      await copyImage({ ...job, choice: { digests, about: false }, replace: true }, () => undefined)
      expect(await begin(digests)).toMatchObject({ taskId: 'begun', tag: '2' })
      expect(await failureOf(begin(each.slice(2)))).toMatchObject({ details: { kind: 'tag-taken' } })
    }
  })

  it('of what is gone is told as such, also where the tag is taken', async () => {
    const [from, to] = [await registry(), await registry()]
    index(to)
    const wish = { host: from.host, repository: 'team/app', reference: '1', to: `${to.host}/team/app:1` }
    const begun = handlers.copy({ ...wish, digests: [], about: false, replace: false }, CONTEXT)
    expect(await failureOf(begun)).toMatchObject({ code: 'NotFound' })
  })
})
