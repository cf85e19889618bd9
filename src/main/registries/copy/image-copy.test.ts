/** A copy between registries that behave, and between those that do not: what arrives, what is asked, where a login goes. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { Transfer } from '@shared/contract/tasks'
import type { Place } from '../manifest'
import { failureOf, fakeRegistry, httpOf, INDEX, LOGIN, MANIFEST, NEVER, type FakeRegistry } from '../testing'
import { copyImage, type CopyJob } from './image-copy'
import { memoryRegistry, type Before, type MemoryRegistry, type Written } from './testing'

const CONFIG = 'application/vnd.oci.image.config.v1+json'

const started: FakeRegistry[] = []
const started1 = <R extends FakeRegistry>(one: R): R => {
  started.push(one)
  return one
}
const registry = async (before?: Before): Promise<MemoryRegistry> => started1(await memoryRegistry(before))
afterEach(async () => {
  await Promise.all(started.splice(0).map(async ({ stop }) => await stop()))
})

const place = ({ host }: FakeRegistry, repository: string, login = false): Place => ({
  http: httpOf(host, login ? LOGIN : null),
  repository,
  signal: NEVER
})
const ALL = { digests: [], about: false }
const job = (from: Place, to: Place, more: Partial<CopyJob> = {}): CopyJob => ({
  ...{ from, to, reference: '1', tag: 'copy', choice: ALL, replace: false },
  ...more
})
const run = async (one: CopyJob) => await copyImage(one, () => undefined)

/** An image for one platform, with a layer that only it has and one that all share. */
function image(at: MemoryRegistry, architecture: string) {
  const config = at.putBlob(JSON.stringify({ os: 'linux', architecture }))
  const layers = [at.putBlob('shared layer '.repeat(2000)), at.putBlob(`layer of ${architecture}`)]
  return {
    ...{ schemaVersion: 2, mediaType: MANIFEST },
    config: { mediaType: CONFIG, ...config },
    layers: layers.map((layer) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }))
  }
}

/** Two platforms and what BuildKit says of one. */
function index(at: MemoryRegistry, repository = 'team/app') {
  const entry = (value: Written, more: object) => {
    const digest = at.put(repository, 'x', value)
    return { mediaType: MANIFEST, digest, size: JSON.stringify(value).length, ...more }
  }
  const amd = entry(image(at, 'amd64'), { platform: { os: 'linux', architecture: 'amd64' } })
  const arm = entry(image(at, 'arm64'), { platform: { os: 'linux', architecture: 'arm64' } })
  const said = entry(image(at, 'unknown'), {
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': amd.digest
    }
  })
  const third = entry(image(at, 'riscv64'), { platform: { os: 'linux', architecture: 'riscv64' } })
  const value = { schemaVersion: 2, mediaType: INDEX, manifests: [amd, arm, third, said] }
  return { digest: at.put(repository, '1', value), amd, arm, said }
}

const asked = (at: FakeRegistry, method: string): string[] =>
  at.asked.filter((line) => line.startsWith(method))

describe('a copy', () => {
  it('brings everything with the same digest, and the second time nothing but the tag', async () => {
    const [from, to] = [await registry(), await registry()]
    const { digest } = index(from)
    const seen: Transfer[] = []
    const copied = await copyImage(
      job(place(from, 'team/app'), place(to, 'other/app')),
      (_message, transfer) => seen.push(transfer)
    )
    expect(copied).toEqual({ digest, sameDigest: true, about: 0 })
    expect(to.manifests.get('other/app/copy')).toEqual(from.manifests.get('team/app/1'))
    expect([...to.blobs.keys()].sort()).toEqual([...from.blobs.keys()].sort())
    expect(seen.at(-1)?.layers.map(({ state }) => state)).toEqual(Array.from(to.blobs, () => 'Pushed'))
    const bytes = [...to.blobs.values()].reduce((sum, { length }) => sum + length, 0)
    expect(seen.at(-1)).toMatchObject({ current: bytes, total: bytes })

    to.asked.length = 0
    from.asked.length = 0
    await run(job(place(from, 'team/app'), place(to, 'other/app')))
    expect(asked(to, 'POST')).toEqual([])
    expect(from.asked.filter((line) => line.includes('/blobs/'))).toEqual([])
  })

  it('of one platform is that image; of several it is an index of those with what is said of them', async () => {
    const [from, to] = [await registry(), await registry()]
    const { amd, arm, said } = index(from)
    const choose = (digests: string[]) =>
      job(place(from, 'team/app'), place(to, 'a'), { choice: { digests, about: false }, replace: true })
    expect(await run(choose([arm.digest]))).toEqual({ digest: arm.digest, sameDigest: false, about: 0 })
    expect(to.manifests.get('a/copy')?.type).toBe(MANIFEST)
    const two = await run(choose([arm.digest, amd.digest]))
    expect(two.sameDigest).toBe(false)
    const written = JSON.parse(to.manifests.get('a/copy')?.bytes.toString() ?? '') as { manifests: unknown[] }
    expect(written.manifests).toEqual([amd, arm, said])
    expect(await failureOf(run(choose([`sha256:${'0'.repeat(64)}`])))).toMatchObject({ code: 'NotFound' })
  })

  it('within a registry moves no bytes', async () => {
    const one = await registry()
    index(one)
    await run(job(place(one, 'team/app'), place(one, 'other/app')))
    expect(asked(one, 'PUT').filter((line) => line.includes('/blobs/'))).toEqual([])
    expect(one.asked.filter((line) => /^GET .*\/blobs\//.test(line))).toEqual([])
    expect(one.manifests.has('other/app/copy')).toBe(true)
  })

  it('takes signatures and SBOMs along, for a registry that keeps no list of them as well', async () => {
    const [from, to] = [await registry(), await registry()]
    const digest = from.put('team/app', '1', image(from, 'amd64'))
    const stem = digest.replace(':', '-')
    from.put('team/app', `${stem}.sig`, image(from, 'signature'))
    const sbom = { ...image(from, 'sbom'), subject: { mediaType: MANIFEST, digest, size: 1 } }
    const entry = {
      mediaType: MANIFEST,
      digest: from.put('team/app', 'x', sbom),
      size: 9,
      artifactType: 'a/spdx'
    }
    from.put('team/app', stem, { schemaVersion: 2, mediaType: INDEX, manifests: [entry] })
    const copied = await run(
      job(place(from, 'team/app'), place(to, 'b'), { choice: { digests: [], about: true } })
    )
    expect(copied).toEqual({ digest, sameDigest: true, about: 2 })
    expect(to.manifests.get(`b/${stem}.sig`)).toEqual(from.manifests.get(`team/app/${stem}.sig`))
    expect(JSON.parse(to.manifests.get(`b/${stem}`)?.bytes.toString() ?? '')).toMatchObject({
      manifests: [entry]
    })
    expect(to.manifests.has(`b/${entry.digest}`)).toBe(true)
  })
})

describe('a login', () => {
  it('goes to its own registry only: not where layers are kept, and not where they are to be sent', async () => {
    const store = await registry()
    const elsewhere = started1(
      await fakeRegistry(
        (request, reply) => void request.resume().on('end', () => reply.writeHead(201).end())
      )
    )
    const auth = (request: IncomingMessage, reply: ServerResponse): boolean => {
      if (request.headers.authorization !== undefined) return false
      reply.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
      return true
    }
    const from = await registry((request, reply) => {
      if (auth(request, reply)) return true
      if (request.method !== 'GET' || request.url?.includes('/blobs/') !== true) return false
      reply.writeHead(307, { location: `http://${store.host}${request.url}` }).end()
      return true
    })
    const to = await registry((request, reply) => {
      if (auth(request, reply)) return true
      if (request.method !== 'POST') return false
      reply.writeHead(202, { location: `http://${elsewhere.host}/put?x=1` }).end()
      return true
    })
    from.put('team/app', '1', image(store, 'amd64'))
    await run(job(place(from, 'team/app', true), place(to, 'a', true)))
    expect(store.asked).toHaveLength(3)
    expect(elsewhere.asked).toHaveLength(3)
    for (const line of [...store.asked, ...elsewhere.asked]) expect(line).toMatch(/ -$/)
    expect(elsewhere.asked[0]).toMatch(/^PUT \/put\?x=1&digest=sha256%3A/)
  })
})

describe('a tag', () => {
  it('that leads to another image is moved only when that was asked for', async () => {
    const [from, to] = [await registry(), await registry()]
    const { digest } = index(from)
    to.put('a', 'copy', image(to, 's390x'))
    const before = to.manifests.get('a/copy')
    const error = await failureOf(run(job(place(from, 'team/app'), place(to, 'a'))))
    expect(error).toMatchObject({ code: 'Conflict', details: { kind: 'tag-taken' } })
    expect(to.manifests.get('a/copy')).toBe(before)
    expect(asked(to, 'POST')).toEqual([])
    expect(await run(job(place(from, 'team/app'), place(to, 'a'), { replace: true }))).toMatchObject({
      digest
    })
    // It leads there by now.
    expect(await run(job(place(from, 'team/app'), place(to, 'a')))).toMatchObject({ digest })
  })

  it.each([429, 503])('is not taken for free by a registry that answers %i', async (status) => {
    const from = await registry()
    const to = await registry((request, reply) => {
      if (request.method !== 'HEAD' || request.url?.includes('/manifests/') !== true) return false
      reply.writeHead(status).end()
      return true
    })
    index(from)
    const error = await failureOf(run(job(place(from, 'team/app'), place(to, 'a'))))
    expect(error).toMatchObject({ code: 'Unavailable' })
    expect(to.manifests.size).toBe(0)
  })
})

describe('a copy that cannot be', () => {
  it('ends when the source sends something else than it should: nothing is finished, no tag leads there', async () => {
    for (const wrong of ['y'.repeat(26_000), 'short']) {
      const from = await registry((request, reply) => {
        if (request.method !== 'GET' || request.url?.includes('/blobs/') !== true) return false
        reply.writeHead(200).end(wrong)
        return true
      })
      const to = await registry()
      from.put('team/app', '1', image(from, 'amd64'))
      const error = await failureOf(run(job(place(from, 'team/app'), place(to, 'a'))))
      expect(error).toMatchObject({ code: 'DataLoss', message: expect.stringContaining(from.host) as string })
      expect(to.blobs.size).toBe(0)
      expect(to.manifests.size).toBe(0)
    }
  })

  it.each([
    [401, 'Unauthorized', 'does not let you write'],
    [403, 'Forbidden', 'does not let you write'],
    [405, 'NotImplemented', 'takes no images'],
    [413, 'System', 'nothing as large'],
    [429, 'Unavailable', 'asked too often']
  ])('says why a registry that answers %i does not take it', async (status, code, words) => {
    const from = await registry()
    const to = await registry((request, reply) => {
      if (request.method !== 'POST') return false
      reply.writeHead(status, { 'retry-after': '7' }).end()
      return true
    })
    index(from)
    const error = await failureOf(run(job(place(from, 'team/app'), place(to, 'a'))))
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) as string })
    if (status === 429) expect(error).toMatchObject({ hint: expect.stringContaining('7 seconds') as string })
    expect(to.manifests.size).toBe(0)
  })

  it('goes on by itself when a connection breaks in the middle of a layer', async () => {
    let broken = 0
    const from = await registry((request, reply, { blobs }) => {
      const [, digest = ''] = /\/blobs\/(.+)$/.exec(request.url ?? '') ?? []
      const bytes = blobs.get(digest)
      if (request.method !== 'GET' || bytes === undefined || bytes.length < 1000 || broken > 0) return false
      broken += 1
      reply.writeHead(200, { 'content-length': bytes.length })
      reply.write(bytes.subarray(0, 500), () => request.socket.destroy())
      return true
    })
    const to = await registry()
    const digest = from.put('team/app', '1', image(from, 'amd64'))
    const states = new Set<string>()
    const copied = await copyImage(job(place(from, 'team/app'), place(to, 'a')), (_message, { layers }) => {
      for (const { state } of layers) states.add(state)
    })
    expect(copied.digest).toBe(digest)
    expect(states).toContain('Retrying')
  })

  it('ends at once when it is cancelled, while a layer trickles', async () => {
    const stop = new AbortController()
    const from = await registry((request, reply) => {
      if (request.method !== 'GET' || request.url?.includes('/blobs/') !== true) return false
      reply.writeHead(200).write('x')
      setImmediate(() => stop.abort())
      return true
    })
    const to = await registry()
    from.put('team/app', '1', image(from, 'amd64'))
    const places = [place(from, 'team/app'), place(to, 'a')].map((one) => ({ ...one, signal: stop.signal }))
    const error = await failureOf(run(job(places[0]!, places[1]!)))
    expect(error).toMatchObject({ name: 'AbortError' })
    expect(to.manifests.size).toBe(0)
  })

  it('is refused for an index without end', async () => {
    const from = await registry()
    let digest = from.put('team/app', 'x', image(from, 'amd64'))
    for (let depth = 0; depth < 8; depth += 1) {
      const manifests = [{ mediaType: INDEX, digest, size: 1 }]
      digest = from.put('team/app', '1', { schemaVersion: 2, mediaType: INDEX, manifests, depth })
    }
    const to = await registry()
    const error = await failureOf(run(job(place(from, 'team/app'), place(to, 'a'))))
    expect(error).toMatchObject({ message: expect.stringContaining('more parts') as string })
    expect(to.asked).toEqual([])
  })
})
