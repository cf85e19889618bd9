/** Registries that mean harm, or do not work: each ends in a clear error, and no login goes where it does not belong. */
import { describe, expect, it } from 'vitest'
import { repositoriesOf, tagsOf } from './content-names'
import { fetchManifest } from './manifest'
import { readTag } from './tag-content'
import { digestOf, failureOf, httpOf, IMAGE, json, LOGIN, NEVER, place, registry } from './testing'
import { challengesOf } from './token-auth'

describe('a login', () => {
  it('goes to the place that gives tokens for the scope, and the token comes back', async () => {
    const auth = await registry((_request, reply) => json(reply, { token: 'tok' }))
    const { host, asked } = await registry((request, reply) => {
      if (request.headers.authorization === 'Bearer tok') return json(reply, { repositories: ['a'] })
      reply
        .writeHead(401, {
          'www-authenticate': `Bearer realm="http://${auth.host}/token",service="reg",scope="wide:*:*"`
        })
        .end()
    })
    expect(await repositoriesOf(httpOf(host, LOGIN), NEVER)).toEqual({ names: ['a'], cut: false })
    const basic = `Basic ${Buffer.from('ann:canary-secret').toString('base64')}`
    expect(auth.asked).toEqual([`GET /token?service=reg&scope=registry%3Acatalog%3A*&account=ann ${basic}`])
    expect(asked).toEqual(['GET /v2/_catalog?n=1000 -', 'GET /v2/_catalog?n=1000 Bearer tok'])
  })

  it('is not given to a place without TLS that is elsewhere, or to one with a name in it', async () => {
    for (const realm of ['http://203.0.113.1/token', 'ftp://x/', 'https://a:b@127.0.0.1/', 'nonsense']) {
      const { host } = await registry((_request, reply) => {
        reply.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="s"` }).end()
      })
      const error = await failureOf(repositoriesOf(httpOf(host, LOGIN), NEVER))
      expect(error, realm).toMatchObject({
        code: 'Unauthorized',
        message: expect.stringContaining('not safe') as string
      })
    }
  })

  it('that is refused says so without quoting it', async () => {
    const auth = await registry((_request, reply) => reply.writeHead(401).end('canary-secret'))
    const { host } = await registry((_request, reply) => {
      reply.writeHead(401, { 'www-authenticate': `Bearer realm="http://${auth.host}/token"` }).end()
    })
    const error = await failureOf(repositoriesOf(httpOf(host, LOGIN), NEVER))
    expect(error).toMatchObject({
      code: 'Unauthorized',
      message: `${host} does not take the login that is stored.`
    })
    expect(JSON.stringify(error)).not.toContain('canary')
  })

  it('never follows a redirection to another host', async () => {
    const thief = await registry((_request, reply) => reply.end(IMAGE.config))
    const { host } = await registry((request, reply) => {
      if (request.headers.authorization === undefined) {
        return reply.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
      }
      if (request.url?.includes('/blobs/'))
        return reply.writeHead(307, { location: `http://${thief.host}/blob` }).end()
      if (request.url?.includes('/referrers/'))
        return reply.writeHead(302, { location: `http://${thief.host}/r` }).end()
      if (request.url?.endsWith('/1')) return json(reply, JSON.parse(IMAGE.manifest))
      return reply.writeHead(404).end()
    })
    const found = await readTag(place(host, LOGIN), '1')
    // Layers may be elsewhere: read there, without the login. What is no layer is not followed at all.
    expect(found.images[0]).toMatchObject({ platform: 'linux/amd64' })
    expect(found.referrersProblem).toContain('sends the request elsewhere')
    expect(thief.asked).toEqual(['GET /blob -'])
  })

  it('is asked for in all the ways registries write it', () => {
    expect(challengesOf('Bearer realm="https://a/t",service="b, c",scope="repository:x:pull,push"')).toEqual([
      { kind: 'bearer', realm: 'https://a/t', service: 'b, c', scope: 'repository:x:pull,push' }
    ])
    expect(challengesOf('Basic realm="a", Bearer realm="b"').map(({ kind }) => kind)).toEqual([
      'basic',
      'bearer'
    ])
    expect(challengesOf('Negotiate')).toEqual([])
    expect(challengesOf(undefined)).toEqual([])
    expect(challengesOf(`Bearer ${'a="'.repeat(50_000)}`)).toHaveLength(1)
  })
})

describe('a hostile registry', () => {
  it('with another digest than it says', async () => {
    const { host } = await registry((_request, reply) =>
      json(reply, JSON.parse(IMAGE.manifest), { 'docker-content-digest': digestOf('other') })
    )
    expect(await failureOf(readTag(place(host), '1'))).toMatchObject({
      code: 'DataLoss',
      message: `${host} sends something else for team/app:1 than its digest says.`
    })
    expect(await failureOf(fetchManifest(place(host), digestOf('asked')))).toMatchObject({ code: 'DataLoss' })
  })

  it('with a configuration that is not the one of the manifest', async () => {
    const { host } = await registry((request, reply) =>
      request.url?.includes('/blobs/') ? reply.end('{}') : reply.end(IMAGE.manifest)
    )
    expect(await failureOf(readTag(place(host), '1'))).toMatchObject({ code: 'DataLoss' })
  })

  it.each([
    ['says so before', { 'content-length': String(100 * 1024 * 1024) }],
    ['does not say', {}]
  ])('with a manifest of 100 MB that it %s', async (_how, headers) => {
    const chunk = Buffer.alloc(1024 * 1024, 32)
    let sent = 0
    const { host } = await registry((_request, reply) => {
      reply.writeHead(200, headers)
      const more = (): void => {
        if (reply.destroyed || sent >= 100) return void reply.end()
        sent += 1
        reply.write(chunk, more)
      }
      more()
    })
    const before = process.memoryUsage().rss
    expect(await failureOf(readTag(place(host), '1'))).toMatchObject({
      code: 'System',
      message: `${host} sends more than 4.194MB, which no such answer needs.`
    })
    expect(sent).toBeLessThan(60)
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
  })

  it('with a list that does not end, or goes round', async () => {
    let pages = 0
    const endless = await registry((_request, reply) => {
      pages += 1
      json(reply, { tags: [`v${pages}`] }, { link: `</v2/team/app/tags/list?last=${pages}>; rel="next"` })
    })
    const found = await tagsOf(httpOf(endless.host), 'team/app', NEVER)
    expect([found.names.length, found.cut, pages]).toEqual([20, true, 20])
    const round = await registry((_request, reply) =>
      json(
        reply,
        { tags: ['a', 'a\u001b]0;x', '../x', 7] },
        { link: '</v2/team/app/tags/list?last=a>; rel="next"' }
      )
    )
    expect(await tagsOf(httpOf(round.host), 'team/app', NEVER)).toEqual({ names: ['a'], cut: true })
    expect(round.asked).toHaveLength(2)
  })

  it.each([
    [429, { 'retry-after': '30' }, 'Unavailable', 'was asked too often.', 'Try again in 30 seconds.'],
    [429, { 'retry-after': 'soon' }, 'Unavailable', 'was asked too often.', 'Wait a moment and try again.'],
    [500, {}, 'Unavailable', 'answered with HTTP 500', 'Try again later'],
    [401, {}, 'Unauthorized', 'without another login', 'Log in with a name that may see it.'],
    [403, {}, 'Forbidden', 'does not allow that', 'Log in with a name that may do it.']
  ])('that answers %i %j', async (status, headers, code, words, hint) => {
    const { host, asked } = await registry((_request, reply) => {
      reply
        .writeHead(status, headers)
        .end(JSON.stringify({ errors: [{ code: 'NO', message: 'because\u001b[2J' }] }))
    })
    const error = await failureOf(tagsOf(httpOf(host), 'team/app', NEVER))
    expect(error).toMatchObject({
      code,
      message: expect.stringContaining(words) as string,
      hint: expect.stringContaining(hint) as string
    })
    expect(error).toMatchObject({ hint: expect.stringContaining('It says: NO: because. ') as string })
    // Asked once: waiting is up to who reads it.
    expect(asked).toHaveLength(1)
  })

  it('that sends no JSON, breaks off, or never answers', async () => {
    const html = await registry((_request, reply) => reply.end('<html>'))
    expect(await failureOf(repositoriesOf(httpOf(html.host), NEVER))).toMatchObject({ code: 'System' })
    const broken = await registry((_request, reply) => {
      reply.writeHead(200, { 'content-length': '100' }).write('{"repos', () => reply.destroy())
    })
    expect(await failureOf(repositoriesOf(httpOf(broken.host), NEVER))).toMatchObject({ code: 'Unavailable' })
    const stop = new AbortController()
    const silent = await registry(() => stop.abort())
    expect(await failureOf(repositoriesOf(httpOf(silent.host), stop.signal))).toMatchObject({
      name: 'AbortError'
    })
  })
})
