/** Docker Hub's API against a server that answers in its shapes, and in bad ones. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toAppError } from '@shared/errors'
import { HubApi } from './hub-api'
import { hubAddress } from './hub-address'

const { signal } = new AbortController()
let server: Server
let api: HubApi
let asked: string[]
let answer: (reply: ServerResponse) => void

beforeEach(async () => {
  asked = []
  server = createServer((request, reply) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ''}`.trim())
    answer(reply)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  api = new HubApi(hubAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const says = (value: unknown, status = 200, headers: Record<string, string> = {}) => {
  answer = (reply) =>
    void reply.writeHead(status, headers).end(typeof value === 'string' ? value : JSON.stringify(value))
}
const failure = async (promise: Promise<unknown> = api.search('x', 1, signal)) =>
  await promise.then(
    () => expect.fail('it went well'),
    (thrown: unknown) => toAppError(thrown)
  )

describe('Docker Hub', () => {
  it('finds repositories, page by page, without a login', async () => {
    says({
      ...{ count: 51, next: 'https://hub.docker.com/v2/search/repositories/?page=3', previous: null },
      results: [
        {
          ...{ repo_name: 'nginx', short_description: 'Official build\nof Nginx.', star_count: 20_000 },
          ...{ pull_count: 12_000_000_000, repo_owner: '', is_automated: false, is_official: true }
        },
        { repo_name: 'team/app', short_description: null, star_count: -1 },
        { repo_name: 7 },
        null
      ]
    })
    expect(await api.search('ngi nx&x=1', 2, signal)).toEqual({
      total: 51,
      more: true,
      found: [
        {
          ...{ repository: 'library/nginx', description: 'Official build of Nginx.', official: true },
          ...{ stars: 20_000, pulls: 12_000_000_000 }
        },
        { repository: 'team/app', description: '', official: false, stars: 0, pulls: 0 }
      ]
    })
    expect(asked).toEqual(['/v2/search/repositories/?query=ngi+nx%26x%3D1&page=2&page_size=25'])
  })

  it('tells what a repository’s page says', async () => {
    says({
      ...{ user: 'library', name: 'nginx', namespace: 'library', repository_type: 'image', status: 1 },
      ...{ description: 'Official build of Nginx.', is_private: false, star_count: 5, pull_count: 6 },
      ...{ last_updated: '2026-01-02T03:04:05.678901Z', date_registered: '2014-06-05T19:14:45Z' },
      ...{
        full_description: `# Nginx\u0007\n${'x'.repeat(70_000)}`,
        categories: [{ name: 'Web servers', slug: 'w' }]
      }
    })
    const found = await api.repository('nginx', signal)
    expect(found).toMatchObject({
      ...{ repository: 'library/nginx', official: true, stars: 5, pulls: 6, overviewCut: true },
      ...{ updated: '2026-01-02T03:04:05.678Z', registered: '2014-06-05T19:14:45.000Z' },
      categories: ['Web servers']
    })
    expect(found.overview).not.toContain('\u0007')
    expect(found.overview).toContain('# Nginx')
    expect(asked).toEqual(['/v2/repositories/library/nginx/'])
  })

  it('tells tags with their platforms and sizes, and not what was added of a build', async () => {
    const image = { features: '', os_features: '', status: 'active', last_pulled: null }
    says({
      ...{ count: 1, next: null, previous: null },
      results: [
        {
          ...{ creator: 1, id: 2, name: '1.29', full_size: 70, v2: true, tag_status: 'active' },
          ...{
            last_updated: 'nonsense',
            digest: 'sha256:abc',
            media_type: 'application/vnd.oci.image.index.v1+json'
          },
          images: [
            { ...image, architecture: 'arm64', variant: 'v8', os: 'linux', size: 70, digest: 'sha256:1' },
            { ...image, architecture: 'unknown', variant: null, os: 'unknown', size: 9, digest: 'sha256:2' }
          ]
        },
        { name: 'old', full_size: 12, images: null }
      ]
    })
    expect(await api.tags('team/app', '1.', 1, signal)).toEqual({
      total: 1,
      more: false,
      tags: [
        {
          name: '1.29',
          digest: 'sha256:abc',
          updated: null,
          images: [{ platform: 'linux/arm64/v8', size: 70 }]
        },
        { name: 'old', digest: '', updated: null, images: [{ platform: '', size: 12 }] }
      ]
    })
    expect(asked).toEqual([
      '/v2/repositories/team/app/tags/?page=1&page_size=25&ordering=last_updated&name=1.'
    ])
  })

  it('that was asked too often says until when', async () => {
    says('', 429, { 'retry-after': '60' })
    expect(await failure()).toMatchObject({ code: 'Unavailable', hint: 'Try again in 60 seconds.' })
    says('', 429, { 'x-retry-after': String(Math.ceil(Date.now() / 1000) + 30) })
    expect((await failure()).hint).toMatch(/^Try again in (?:29|30|31) seconds\.$/)
    says('', 429, { 'x-retry-after': 'soon' })
    expect((await failure()).hint).toBe('Wait a minute and try again.')
  })

  it('that does not answer as it should is told, not shown', async () => {
    says({ message: 'object not found' }, 404)
    expect(await failure(api.repository('team/secret', signal))).toMatchObject({
      code: 'NotFound',
      message: 'Docker Hub shows no team/secret to everybody.'
    })
    for (const nonsense of ['<html>', '[]', { results: 'x' }]) {
      says(nonsense)
      expect((await failure()).message).toBe('Docker Hub did not answer as its API does.')
    }
    says('', 302, { location: 'http://127.0.0.1:1/' })
    expect((await failure()).message).toBe('Docker Hub answered with HTTP 302.')
    says('x'.repeat(5_000_000))
    expect((await failure()).message).toContain('no such answer needs')
    answer = (reply) => void reply.destroy()
    expect((await failure()).code).toBe('Unavailable')
    server.close()
    server.closeAllConnections()
    expect(await failure()).toMatchObject({ message: 'Docker Hub does not accept connections.' })
  })
})
