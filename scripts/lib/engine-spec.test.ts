import { describe, expect, test } from 'vitest'
import { engineWish, readSpec, sampleWish, upstreamUnavailable } from './engine-spec.mjs'

const { spec, key } = readSpec()

describe('resources/engine.json', () => {
  test.each(Object.keys(spec.upstream))(
    'every upstream download for %s is pinned and over TLS',
    (platform) => {
      const entry = spec.upstream[platform]
      for (const component of [...(entry?.components ?? []), ...(entry?.sample ? [entry.sample] : [])]) {
        expect(component.sha256, component.name).toMatch(/^[0-9a-f]{64}$/)
        expect(component.url, component.name).toMatch(/^https:\/\//)
        expect(component.url, component.name).toContain(component.version)
      }
      expect(engineWish(spec, platform).upstreamUnavailable).toBeNull()
    }
  )

  test('asks for everything that an engine needs', () => {
    expect(engineWish(spec).required.sort()).toEqual([
      'bin/containerd',
      'bin/containerd-shim-runc-v2',
      'bin/docker',
      'bin/docker-init',
      'bin/docker-proxy',
      'bin/dockerd',
      'bin/rootlesskit',
      'bin/runc',
      'bin/slirp4netns',
      'cli-plugins/docker-buildx',
      'cli-plugins/docker-compose'
    ])
    expect(sampleWish(spec).required).toEqual(['busybox'])
  })

  test('says for every program how it is started to prove it', () => {
    for (const file of [...engineWish(spec).required, ...sampleWish(spec).required])
      expect(spec.checks[file], file).toBeDefined()
  })

  test('has a stable key', () => {
    expect(key).toMatch(/^[0-9a-f]{16}$/)
    expect(readSpec().key).toBe(key)
  })
})

describe('upstreamUnavailable', () => {
  const component = {
    name: 'docker',
    version: '1',
    url: 'https://x.example',
    kind: 'tgz' as const,
    files: { 'bin/dockerd': ['d'] }
  }
  const pinned = { ...component, sha256: 'a'.repeat(64) }

  test('one download without a checksum closes the route', () => {
    expect(upstreamUnavailable([pinned, { ...component, name: 'compose', sha256: null }], [])).toBe(
      'no checksum is known for compose'
    )
    expect(upstreamUnavailable([{ ...component, sha256: 'abc' }], [])).toBe('no checksum is known for docker')
  })

  test('so does a file that nobody provides, and an empty list', () => {
    expect(upstreamUnavailable([pinned], ['bin/dockerd', 'bin/runc'])).toBe('they do not provide bin/runc')
    expect(upstreamUnavailable([], [])).toMatch(/^no downloads are listed for/)
  })

  test('a pinned and complete list opens it', () => {
    expect(upstreamUnavailable([pinned], ['bin/dockerd'])).toBeNull()
  })
})
