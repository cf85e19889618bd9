/** The lines of the table "Tags": what they say, what they cost a registry, and what they say of one that does not answer well. */
import type { RequestListener, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { TagRow } from '@shared/contract/repositories'
import { TagRows } from './tag-rows'
import { digestOf, INDEX, MANIFEST, place, registry } from './testing'

const CONFIG = 'application/vnd.oci.image.config.v1+json'

async function read(rows: TagRows, host: string, tags: readonly string[]): Promise<Map<string, TagRow>> {
  const found = new Map<string, TagRow>()
  for await (const row of rows.read(place(host), tags)) found.set(row.tag, row)
  return found
}

function image(architecture: string, size: number) {
  const config = JSON.stringify({ os: 'linux', architecture, created: '2026-01-02T03:04:05Z' })
  const manifest = JSON.stringify({
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: 'layer', digest: digestOf(architecture), size }]
  })
  return { config, manifest, size: size + config.length }
}
const amd = image('amd64', 1000)
const arm = image('arm64', 2000)
const index = JSON.stringify({
  mediaType: INDEX,
  manifests: [[amd, 'amd64'] as const, [arm, 'arm64'] as const].map(([{ manifest }, architecture]) => ({
    ...{ mediaType: MANIFEST, digest: digestOf(manifest), size: manifest.length },
    platform: { os: 'linux', architecture }
  }))
})
const MANIFESTS: Readonly<Record<string, string>> = {
  one: arm.manifest,
  many: index,
  ...Object.fromEntries([amd.manifest, arm.manifest, index].map((text) => [digestOf(text), text]))
}
const BLOBS: Readonly<Record<string, string>> = Object.fromEntries(
  [amd.config, arm.config].map((text) => [digestOf(text), text])
)

function send(reply: ServerResponse, text: string | undefined): void {
  if (text === undefined) reply.writeHead(404).end()
  else reply.writeHead(200, { 'docker-content-digest': digestOf(text) }).end(text)
}

const good: RequestListener = (request, reply) => {
  const [, kind = '', name = ''] = /\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? []
  send(reply, (kind === 'blobs' ? BLOBS : MANIFESTS)[name])
}

describe('the lines of tags', () => {
  it('tell size and date for this machine, or of the only platform, and are kept by digest', async () => {
    const { host, asked } = await registry(good)
    const rows = new TagRows('linux/amd64')
    const found = await read(rows, host, ['one', 'many'])
    expect(found.get('one')).toEqual({
      ...{ tag: 'one', digest: digestOf(arm.manifest), platforms: ['linux/arm64'], platform: 'linux/arm64' },
      ...{ size: arm.size, created: '2026-01-02T03:04:05.000Z', problem: '' }
    })
    expect(found.get('many')).toMatchObject({
      platforms: ['linux/amd64', 'linux/arm64'],
      platform: 'linux/amd64',
      size: amd.size
    })
    asked.length = 0
    expect(await read(rows, host, ['many', 'one'])).toEqual(found)
    expect(asked.map((line) => line.slice(0, 5))).toEqual(['HEAD ', 'HEAD '])
    // Of an image that is not for this machine the number of platforms is known, and nothing is made up.
    const elsewhere = await read(new TagRows('linux/s390x'), host, ['many'])
    expect(elsewhere.get('many')).toMatchObject({ platform: '', size: null, created: null, problem: '' })
  })

  it('ask for no more than four at once, and one bad image takes none of the others along', async () => {
    let now = 0
    let most = 0
    const { host } = await registry((request, reply) => {
      most = Math.max(most, (now += 1))
      setImmediate(() => {
        now -= 1
        if (request.url?.endsWith('/wrong') === true && request.method === 'HEAD')
          reply.writeHead(200, { 'docker-content-digest': digestOf('other') }).end()
        else if (request.url?.endsWith(digestOf('other')) === true) reply.writeHead(200).end(amd.manifest)
        else good(request, reply)
      })
    })
    const rows = new TagRows('linux/amd64')
    const many = await read(rows, host, ['one', 'wrong', 'gone', 'many', 'one2', 'many2', 'x', 'y', 'z'])
    expect(most).toBeLessThanOrEqual(4)
    expect(many.get('wrong')).toMatchObject({ digest: null, size: null })
    expect(many.get('wrong')?.problem).toContain('something else')
    expect(many.get('gone')?.problem).toContain('has no team/app:gone')
    expect(many.get('many')?.problem).toBe('')
    expect(many.size).toBe(9)
  })

  it.each([
    [429, 'asked too often'],
    [401, 'another login'],
    [500, 'HTTP 500']
  ])('leave a registry alone that answers %i, and each says why', async (status, words) => {
    const { host, asked } = await registry((_request, reply) => {
      reply.writeHead(status, { 'retry-after': '30' }).end()
    })
    const tags = Array.from({ length: 40 }, (_, number) => `t${number}`)
    const found = await read(new TagRows(), host, tags)
    expect(found.size).toBe(40)
    for (const row of found.values()) expect(row.problem).toContain(words)
    expect(asked.length).toBeLessThanOrEqual(8)
  })

  it('do not wait for a registry that trickles', async () => {
    const { host } = await registry((request, reply) => {
      reply.writeHead(200, { 'docker-content-digest': digestOf(amd.manifest) })
      if (request.method === 'HEAD') reply.end()
      else reply.write('{')
    })
    const found = await read(new TagRows('linux/amd64', 200), host, ['a'])
    expect(found.get('a')?.problem).toContain('does not answer')
  })

  it('end at once when the page closes', async () => {
    const { host } = await registry(() => undefined)
    const closing = new AbortController()
    const reading = new TagRows().read({ ...place(host), signal: closing.signal }, ['a', 'b'])
    const next = reading.next()
    closing.abort()
    await expect(next).rejects.toThrow()
  })
})
