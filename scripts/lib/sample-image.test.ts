import { Readable } from 'node:stream'
import { extract } from 'tar-stream'
import { expect, test } from 'vitest'
import { sha256 } from './hash.mjs'
import { applets, sampleImage, sampleTag } from './sample-image.mjs'

interface Member {
  readonly content: Buffer
  readonly link: string | null | undefined
  readonly mode: number
}

async function untar(archive: Buffer): Promise<Map<string, Member>> {
  const members = new Map<string, Member>()
  for await (const entry of Readable.from([archive]).pipe(extract())) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    const { name, linkname, mode } = entry.header
    members.set(name, { content: Buffer.concat(chunks), link: linkname, mode })
  }
  return members
}

const busybox = Buffer.from('static busybox')
const json = (member: Member | undefined) => JSON.parse(String(member?.content))

test('the same input gives the same bytes', async () => {
  const [first, second] = [await sampleImage(busybox), await sampleImage(busybox)]
  expect(first.equals(second)).toBe(true)
  expect(first.equals(await sampleImage(Buffer.from('another busybox')))).toBe(false)
})

test('the archive holds together: manifest, configuration and layer name each other by hash', async () => {
  const archive = await untar(await sampleImage(busybox, { architecture: 'amd64' }))
  const [manifest] = json(archive.get('manifest.json'))
  const layer = archive.get(manifest.Layers[0])?.content ?? Buffer.alloc(0)
  const config = archive.get(manifest.Config)
  expect(manifest.RepoTags).toEqual([sampleTag])
  expect(manifest.Config).toBe(`${sha256(config?.content ?? '')}.json`)
  expect(json(config)).toMatchObject({
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/bin/serve'], ExposedPorts: { '80/tcp': {} } },
    rootfs: { diff_ids: [`sha256:${sha256(layer)}`] }
  })

  const rootfs = await untar(layer)
  expect(rootfs.get('bin/busybox')).toMatchObject({ content: busybox, mode: 0o755 })
  expect(rootfs.get('bin/serve')?.mode).toBe(0o755)
  expect(rootfs.get('www/index.html')?.content.toString()).toContain('Your container is running')
  for (const name of applets) expect(rootfs.get(`bin/${name}`)?.link).toBe('busybox')
})
