import { mkdir, readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { UpstreamComponent } from './engine-spec.mjs'
import { sha256 } from './hash.mjs'
import { fetchUpstream } from './route-upstream.mjs'
import { fetchByRoutes } from './routes.mjs'
import { tarOf } from './sample-image.mjs'
import { tempFolder } from './temp-folder'

const script = Buffer.from('#!/bin/sh\necho started\n')
const quiet = { say: () => undefined, warn: () => undefined, progress: () => undefined }

/** A download site on this machine; unknown paths are answered with 404. */
async function site(files: Readonly<Record<string, Buffer>>): Promise<string> {
  const server = createServer((request, response) => {
    const file = files[request.url ?? '']
    response.writeHead(file ? 200 : 404).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function place() {
  const stage = await tempFolder()
  const work = join(stage, '.work')
  await mkdir(work)
  return { stage, work, log: quiet }
}

const component = (url: string, sha: string | null) => ({
  name: 'docker',
  version: '1.0',
  url,
  sha256: sha,
  kind: 'tgz' as const,
  files: { 'bin/dockerd': ['docker/dockerd'] }
})

async function tgz(): Promise<Buffer> {
  return gzipSync(await tarOf([{ name: 'docker/dockerd', content: script, mode: 0o644 }]))
}

describe('an upstream download', () => {
  test('with the right checksum is unpacked and made executable', async () => {
    const archive = await tgz()
    const base = await site({ '/docker.tgz': archive })
    const where = await place()
    const fetched = await fetchUpstream(component(`${base}/docker.tgz`, sha256(archive)), {
      ...where,
      checks: { 'bin/dockerd': [] },
      say: quiet.say
    })
    expect(fetched).toMatchObject({ name: 'docker', sha256: sha256(archive), paths: ['bin/dockerd'] })
    expect(await readFile(join(where.stage, 'bin/dockerd'))).toEqual(script)
    expect((await stat(join(where.stage, 'bin/dockerd'))).mode & 0o111).toBe(0o111)
  })

  test('with another checksum is refused before anything is unpacked', async () => {
    const base = await site({ '/docker.tgz': await tgz() })
    const where = await place()
    const wish = component(`${base}/docker.tgz`, sha256('something else'))
    await expect(fetchUpstream(wish, { ...where, checks: {}, say: quiet.say })).rejects.toThrow(
      /not the file that was pinned/
    )
    await expect(stat(join(where.stage, 'bin'))).rejects.toThrow(/ENOENT/)
  })

  test('without a checksum is not even asked for', async () => {
    const where = await place()
    const wish = component('http://127.0.0.1:9/never', null)
    await expect(fetchUpstream(wish, { ...where, checks: {}, say: quiet.say })).rejects.toThrow(
      /No checksum is known/
    )
  })

  test('that is not there says so', async () => {
    const base = await site({})
    const where = await place()
    const wish = component(`${base}/docker.tgz`, sha256('x'))
    await expect(fetchUpstream(wish, { ...where, checks: {}, say: quiet.say })).rejects.toThrow(
      /the server answered 404/
    )
  })
})

describe('the routes', () => {
  const wish = (components: UpstreamComponent[], unavailable: string | null = null) => ({
    upstream: components,
    upstreamUnavailable: unavailable,
    debian: [],
    suites: [],
    checks: {}
  })

  test('upstream comes first', async () => {
    const archive = await tgz()
    const base = await site({ '/docker.tgz': archive })
    const result = await fetchByRoutes(
      wish([component(`${base}/docker.tgz`, sha256(archive))]),
      await place()
    )
    expect(result).toMatchObject({ route: 'upstream', fetched: [{ name: 'docker' }] })
  })

  test('an optional part that cannot be had is left out', async () => {
    const archive = await tgz()
    const base = await site({ '/docker.tgz': archive })
    const extra = {
      ...component(`${base}/missing`, sha256('x')),
      name: 'extra',
      optional: true,
      files: { 'bin/extra': ['x'] }
    }
    const result = await fetchByRoutes(
      wish([component(`${base}/docker.tgz`, sha256(archive)), extra]),
      await place()
    )
    expect(result.fetched.map((one) => one.name)).toEqual(['docker'])
  })

  test('one route alone says why it failed', async () => {
    const where = await place()
    await expect(
      fetchByRoutes(wish([], 'no checksum is known for docker'), where, 'upstream')
    ).rejects.toThrow(/cannot be fetched:\n {2}upstream's builds: no checksum is known for docker/)
    await expect(fetchByRoutes(wish([]), where, 'nonsense')).rejects.toThrow(/may be upstream or debian/)
  })
})
