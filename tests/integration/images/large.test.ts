/** An image of 100,000 files and one with a file of a gigabyte, whose memory is the index's and not the image's. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ImageFilesService } from '@main/images/service'
import { EngineSession } from '@main/resources/session'
import { openWith, serviceOn } from '@main/images/testing/service'
import { canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import { everything, listing, sorted, tarListing } from './browse-fixture'

const GIB = 2 ** 30
/** A hundred folders of a thousand files, of which the last folder goes and one file is written again. */
const DOCKERFILE = `
FROM busybox:test
RUN mkdir /many && cd /many && seq 0 99 | xargs mkdir && awk 'BEGIN { for (i = 0; i < 100000; i++) { f = int(i / 1000) "/" i; print i > f; close(f) } }'
RUN dd if=/dev/zero of=/large bs=1M count=1024 2>/dev/null
RUN rm -r /many/99 && echo again > /many/0/7
`

describe.skipIf(!canRunEngine)('a large image', () => {
  let engine: TestEngine
  let session: EngineSession
  let service: ImageFilesService
  let scratch: string

  beforeAll(async () => {
    engine = await startEngine()
    scratch = await mkdtemp(join(tmpdir(), 'large-'))
    await engine.importBusybox()
    session = new EngineSession()
    await session.connect({ kind: 'unix', path: engine.socket })
    service = serviceOn(session, join(scratch, 'cache'))
    const context = join(scratch, 'context')
    await mkdir(context)
    await writeFile(join(context, 'Dockerfile'), DOCKERFILE)
    await engine.docker('build', '--provenance=false', '-t', 'large:test', context)
  }, 240_000)

  afterAll(async () => {
    session.disconnect()
    await engine.stop()
    await rm(scratch, { recursive: true, force: true })
  })

  test('has the files, bytes and waste that a container made from it has', async () => {
    const id = await engine.docker('image', 'inspect', '-f', '{{.Id}}', 'large:test')
    const before = process.memoryUsage.rss()
    const { image, close } = await openWith(service, { kind: 'image', id })
    expect(process.memoryUsage.rss() - before).toBeLessThan(GIB / 4)
    expect(image.layers.find(({ instruction }) => instruction.includes('dd if='))?.sizeBytes).toBe(GIB)
    // Files i to j hold their number and a line's end each.
    const bytesOf = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => `${from + i}\n`.length).reduce((sum, n) => sum + n, 0)
    expect(image.wastedBytes).toBe(bytesOf(99_000, 100_000) + '7\n'.length)
    expect(image.layers.at(-1)).toMatchObject({ changed: 1, removed: 1000 })

    const container = await engine.docker('create', 'large:test')
    const file = join(scratch, 'export.tar')
    await engine.docker('export', '-o', file, container)
    await engine.docker('rm', container)
    const within = (map: Map<string, string>) => sorted(map).filter(([path]) => /^\/(many|large)/.test(path))
    const whole = { kind: 'image', layer: image.layers.length - 1 } as const
    const ours = within(listing(await everything(service, image.handle, whole)))
    expect(ours).toHaveLength(1 + 1 + 99 + 99_000)
    expect(ours).toEqual(within(await tarListing(file)))
    await close()
  }, 240_000)
})
