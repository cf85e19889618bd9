import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { configuredHosts, hostsOfTags, isLoopback, registryHost } from './known-hosts'
import { listRepositories, listTags } from './registry-client'
import { planSearch, runSearch, type Quest } from './search'

const never = new AbortController().signal
let server: Server | null = null
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = null
})

async function registry(answer: RequestListener): Promise<string> {
  const started = createServer(answer)
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(started.address() as AddressInfo).port}`
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (thrown: unknown) => thrown
  )

describe('the registries that may be contacted', () => {
  it('are the hosts of config.json, in old and new writing, without Docker Hub and what is no host', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'q-config-'))
    const auths = {
      'https://index.docker.io/v1/': { auth: 'c2VjcmV0OnNlY3JldA==' },
      'registry.example:5000': {},
      'https://registry.example:5000/v1/': {},
      '../../etc': {},
      'user:password@evil.example': {},
      '': {}
    }
    const text = JSON.stringify({ auths, credHelpers: { 'ghcr.io': 'pass' } })
    await writeFile(join(dir, 'config.json'), text)
    expect(await configuredHosts(dir)).toEqual(['registry.example:5000', 'ghcr.io'])
    await writeFile(join(dir, 'config.json'), '{"auths": 7')
    expect(await configuredHosts(dir)).toEqual([])
    await rm(dir, { recursive: true })
    expect(await configuredHosts(dir)).toEqual([])
  })

  it('are those of the images here as well', () => {
    const tags = ['nginx:latest', 'team/app:1', 'localhost:5000/a/b:2', 'ghcr.io/x/y:1', 'docker.io/z:1']
    expect(hostsOfTags(tags)).toEqual(['localhost:5000', 'ghcr.io'])
    expect(registryHost('team')).toBeNull()
    expect(['localhost', '127.0.0.1:5000', '[::1]:5000'].every(isLoopback)).toBe(true)
    expect(['127.0.0.1.evil.example', 'localhost.evil.example'].some(isLoopback)).toBe(false)
  })
})

describe('whom a text is asked of', () => {
  const places = {
    configured: ['registry.example'],
    seen: ['ghcr.io'],
    hub: () => Promise.resolve([])
  }
  const asked = (text: string) => planSearch(text, places).map(({ name }) => name)

  it('is Docker Hub and the configured ones for a bare name, one registry once it is named', () => {
    expect(asked('nginx')).toEqual(['Docker Hub', 'registry.example'])
    expect(asked('ghcr.io/te')).toEqual(['ghcr.io'])
    expect(asked('registry.example/team/app:')).toEqual(['registry.example'])
  })

  it.each(['', 'n', 'nginx:1', 'evil.example/app', 'two words', 'ghcr.io/../x:1', 'app@sha256:0'])(
    'is nobody for %j',
    (text) => {
      expect(asked(text)).toEqual([])
    }
  )
})

describe('a registry’s lists', () => {
  it('are read page by page, names checked, no further than the same list', async () => {
    const seen: (string | undefined)[] = []
    const host = await registry((request, reply) => {
      seen.push(request.url)
      const first = !request.url?.includes('last=')
      if (first) reply.setHeader('link', '</v2/_catalog?last=b&n=1000>; rel="next"')
      else reply.setHeader('link', '<http://169.254.169.254/v2/_catalog?last=c>; rel="next"')
      reply.end(JSON.stringify({ repositories: first ? ['a', 'UPPER', 7, '\u001b]0;x', '../x'] : ['b'] }))
    })
    expect(await listRepositories(host, never)).toEqual({ names: ['a', 'b'], cut: false })
    expect(seen).toEqual(['/v2/_catalog?n=1000', '/v2/_catalog?last=b&n=1000'])
  })

  it('end when the registry’s do not', async () => {
    let pages = 0
    const host = await registry((_request, reply) => {
      reply.setHeader('link', '</v2/app/tags/list?last=x>; rel="next"')
      reply.end(JSON.stringify({ tags: [`v${(pages += 1)}`] }))
    })
    expect(await listTags(host, 'app', never)).toEqual({ names: ['v1', 'v2', 'v3', 'v4', 'v5'], cut: true })
    server?.close()
    const endless = await registry((_request, reply) => {
      const more = (): void => {
        if (!reply.destroyed) reply.write(Buffer.alloc(64 * 1024, 32), () => setImmediate(more))
      }
      more()
    })
    expect(await failure(listRepositories(endless, never))).toMatchObject({
      message: `${endless} sends a list that does not end.`
    })
  })

  it.each([
    [401, {}, 'Unauthorized', 'does not list its images without a login.'],
    [404, {}, 'NotFound', 'does not list that.'],
    [429, { 'retry-after': '30' }, 'Unavailable', 'was asked too often.'],
    [307, { location: 'http://evil.example/' }, 'Unavailable', 'sends the search elsewhere'],
    [500, {}, 'Unavailable', 'answered with HTTP 500.']
  ])('say why they cannot be read: %i', async (status, headers, code, words) => {
    const host = await registry((_request, reply) => reply.writeHead(status, headers).end('<b>no</b>'))
    const error = await failure(listRepositories(host, never))
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) as string })
    if (status === 429) expect(error).toMatchObject({ hint: 'Try again in 30 seconds.' })
  })

  it('are no lists when something else answers, or nobody', async () => {
    const host = await registry((_request, reply) => reply.end('<html>'))
    expect(await failure(listRepositories(host, never))).toMatchObject({
      message: `${host} did not answer as a registry does.`
    })
    server?.closeAllConnections()
    await new Promise((resolve) => server?.close(resolve))
    expect(await failure(listRepositories(host, never))).toMatchObject({
      message: `${host} does not accept connections.`
    })
  })

  it('are given up when the page does', async () => {
    const stop = new AbortController()
    const host = await registry(() => {
      stop.abort()
    })
    expect(await failure(listRepositories(host, stop.signal))).toMatchObject({ name: 'AbortError' })
  })
})

describe('a search', () => {
  it('tells every answer as it comes, and a failure is one of them', async () => {
    const found = [{ name: 'r/app', description: '', official: false, stars: 0 }]
    const quests: Quest[] = [
      { name: 'a', ask: () => Promise.reject(new Error('secret')) },
      { name: 'b', ask: () => Promise.resolve({ found, cut: true }) }
    ]
    const items = []
    for await (const item of runSearch(quests, never)) items.push(item)
    expect(items[0]?.map(({ state }) => state)).toEqual(['searching', 'searching'])
    expect(items).toHaveLength(3)
    expect(items.at(-1)).toMatchObject([{ state: 'failed' }, { state: 'done', found, cut: true }])
    expect(JSON.stringify(items)).not.toContain('secret')
  })

  it('shows of a registry what fits: repositories, and tags after a colon', async () => {
    const host = await registry((request, reply) => {
      const tags = request.url?.includes('tags')
      reply.end(JSON.stringify(tags ? { tags: ['1.0', '2.0'] } : { repositories: ['team/app', 'other'] }))
    })
    const places = { configured: [host], seen: [], hub: () => Promise.resolve([]) }
    const names = async (text: string) => {
      let last: readonly string[] = []
      for await (const item of runSearch(planSearch(text, places), never))
        last = item.flatMap((one) => one.found.map(({ name }) => name))
      return last
    }
    expect(await names('app')).toEqual([`${host}/team/app`])
    expect(await names(`${host}/team/app:2`)).toEqual([`${host}/team/app:2.0`])
  })
})
