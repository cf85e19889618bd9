/** What is told of a tag: its platforms, and what the registry has about them. */
import { describe, expect, it } from 'vitest'
import { readTag } from './tag-content'
import { digestOf, IMAGE, INDEX, MANIFEST, place, registry } from './testing'

describe('a tag', () => {
  it('is read with its platforms, attestations and signatures; a platform that is missing is told', async () => {
    const descriptor = (text: string, more: object) => ({
      mediaType: MANIFEST,
      digest: digestOf(text),
      size: text.length,
      ...more
    })
    const index = JSON.stringify({
      mediaType: INDEX,
      annotations: { 'org.example': 'yes' },
      manifests: [
        descriptor(IMAGE.manifest, { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }),
        descriptor('gone', { platform: { os: 'linux', architecture: 'riscv64' } }),
        descriptor('att', {
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: {
            'vnd.docker.reference.type': 'attestation-manifest',
            'vnd.docker.reference.digest': digestOf(IMAGE.manifest)
          }
        })
      ]
    })
    const stem = digestOf(index).replace(':', '-')
    const answers: Record<string, string> = {
      'manifests/1': index,
      [`manifests/${digestOf(IMAGE.manifest)}`]: IMAGE.manifest,
      [`blobs/${digestOf(IMAGE.config)}`]: IMAGE.config,
      [`manifests/${stem}.sig`]: IMAGE.manifest,
      [`manifests/${stem}`]: JSON.stringify({
        mediaType: INDEX,
        manifests: [descriptor('sbom', { artifactType: 'application/spdx+json' })]
      })
    }
    const { host } = await registry((request, reply) => {
      const answer = answers[request.url?.replace('/v2/team/app/', '') ?? '']
      if (answer === undefined) reply.writeHead(404).end()
      else reply.writeHead(200, { 'ratelimit-remaining': '97;w=21600', 'x-other': 'no' }).end(answer)
    })
    const found = await readTag(place(host), '1')
    expect(found.limits).toEqual([{ name: 'ratelimit-remaining', value: '97;w=21600' }])
    expect(found).toMatchObject({ digest: digestOf(index), isIndex: true, more: 0, referrersProblem: '' })
    expect(found.annotations).toEqual([{ name: 'org.example', value: 'yes' }])
    expect(found.images).toMatchObject([
      {
        platform: 'linux/arm64/v8',
        size: 1000 + IMAGE.config.length,
        created: '2026-01-02T03:04:05.000Z',
        problem: ''
      },
      { platform: 'linux/riscv64', size: null, problem: 'The registry does not have it.' }
    ])
    expect(found.referrers.map(({ kind, found: how }) => `${kind} ${how}`)).toEqual([
      'attestation index',
      'sbom tag',
      'signature tag'
    ])
  })
})
