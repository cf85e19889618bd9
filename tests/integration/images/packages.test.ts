/**
 * Packages of real images: this computer's own dpkg database against dpkg-query, npm packages, Python metadata, a program
 * of the engine, a Java archive and rpm's database in layers; the second image changes some. Each opened from the engine's
 * stores, from a container and from an archive on disk.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ImageSource } from '@shared/contract/image-files'
import type { ImagePackage, PackageDifference, PackagesSummary } from '@shared/contract/packages'
import { packagesHandlers } from '@main/handlers/packages'
import type { ImageFilesService } from '@main/images/service'
import { openWith, serviceOn } from '@main/images/testing/service'
import { EngineSession } from '@main/resources/session'
import { TaskRegistry } from '@main/tasks/registry'
import { canRunEngine, startEngine, type TestEngine } from '../engine-fixture'
import { never } from './browse-fixture'

const exec = promisify(execFile)
const OWN_STATUS = '/var/lib/dpkg/status'

const DOCKERFILE = `
FROM busybox:test
COPY debian /
COPY app /srv/app
COPY programs /usr/local/bin
`
/** One package newer, one gone, one added; npm's is another version. */
const SECOND = `
FROM packages:one
RUN printf 'Package: added-here\\nStatus: install ok installed\\nVersion: 1.0\\nArchitecture: all\\n\\n' >> /var/lib/dpkg/status && : > /var/lib/dpkg/info/added-here.list && rm -r /srv/app/node_modules/left-pad && sed -i 's/1.0.0/1.1.0/' /srv/app/node_modules/@scope/thing/package.json
CMD ["sleep", "1000"]
`

interface Listed {
  readonly packages: ImagePackage[]
  readonly summary: PackagesSummary
}

async function list(service: ImageFilesService, handle: string): Promise<Listed> {
  const answer = service.browser.ask('packages', { handle }, never)
  const packages: ImagePackage[] = []
  for (;;) {
    const next = await answer.next()
    if (next.done === true) return { packages, summary: next.value }
    if (next.value.kind === 'packages') packages.push(...next.value.packages)
  }
}

async function compared(service: ImageFilesService, handle: string, other: string) {
  const answer = service.browser.ask('comparePackages', { handle, with: other }, never)
  const differences: PackageDifference[] = []
  for (;;) {
    const next = await answer.next()
    if (next.done === true) return { differences, counts: next.value }
    if (next.value.kind === 'differences') differences.push(...next.value.differences)
  }
}

const of = (packages: readonly ImagePackage[], ecosystem: ImagePackage['ecosystem']): string[] =>
  packages.filter((one) => one.ecosystem === ecosystem).map(({ name, version }) => `${name} ${version}`)

const missing = (wanted: readonly string[], found: readonly string[]): string[] => {
  const all = new Set(found)
  return wanted.filter((line) => !all.has(line))
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, content)
}

async function makeContext(context: string, bundle: string): Promise<void> {
  const app = join(context, 'app')
  await write(
    join(app, 'node_modules/left-pad/package.json'),
    '{"name":"left-pad","version":"1.3.0","license":"WTFPL"}'
  )
  await write(
    join(app, 'node_modules/@scope/thing/package.json'),
    '{"name":"@scope/thing","version":"1.0.0"}'
  )
  await write(join(app, 'node_modules/@scope/thing/lib/package.json'), '{"name":"no-package","version":"9"}')
  await write(join(app, 'package.json'), '{"name":"not-installed","version":"9"}')
  await cp('node_modules/vue/package.json', join(app, 'node_modules/vue/package.json'))
  await write(
    join(app, 'lib/six-1.16.0.dist-info/METADATA'),
    'Name: six\nVersion: 1.16.0\nLicense: MIT\n\nText\n'
  )
  await write(join(app, 'lib/tool-2.0.jar'), zipSync({ 'META-INF/MANIFEST.MF': new Uint8Array(0) }))
  await write(join(app, 'lib/broken.jar'), 'no archive')
  const gem = 'Gem::Specification.new do |s|\n  s.name = "rake".freeze\n  s.version = "13.2.1"\nend\n'
  await write(join(context, 'debian/usr/lib/ruby/specifications/rake-13.2.1.gemspec'), gem)
  await write(
    join(context, 'debian/usr/lib/os-release'),
    'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian test"\n'
  )
  const rpm = gunzipSync(await readFile('src/main/images/packages/testing/rpmdb.sqlite.gz'))
  await write(join(context, 'debian/var/lib/rpm/rpmdb.sqlite'), rpm)
  await write(join(context, 'debian/lib/apk/db/installed'), 'P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n\n')
  const status = existsSync(OWN_STATUS) ? await readFile(OWN_STATUS) : ''
  await write(join(context, 'debian/var/lib/dpkg/status'), status)
  await mkdir(join(context, 'debian/var/lib/dpkg/info'), { recursive: true })
  await mkdir(join(context, 'programs'), { recursive: true })
  await copyFile(join(bundle, 'bin/runc'), join(context, 'programs/runc'))
}

describe.skipIf(!canRunEngine).each(['classic', 'containerd'] as const)(
  'packages in the %s store',
  (store) => {
    let engine: TestEngine
    let session: EngineSession
    let service: ImageFilesService
    let scratch: string

    beforeAll(async () => {
      engine = await startEngine({
        config: { features: { 'containerd-snapshotter': store === 'containerd' } }
      })
      scratch = await mkdtemp(join(tmpdir(), 'packages-'))
      await engine.importBusybox()
      session = new EngineSession()
      await session.connect({ kind: 'unix', path: engine.socket })
      service = serviceOn(session, join(scratch, 'cache'))
      const context = join(scratch, 'context')
      await makeContext(context, engine.bundleDir)
      for (const [name, text] of [
        ['one', DOCKERFILE],
        ['two', SECOND]
      ] as const) {
        await writeFile(join(context, 'Dockerfile'), text)
        await engine.docker('build', '--provenance=false', '-t', `packages:${name}`, context)
      }
    })

    afterAll(async () => {
      session.disconnect()
      await engine.stop()
      await rm(scratch, { recursive: true, force: true })
    })

    async function image(name: string): Promise<ImageSource> {
      return { kind: 'image', id: await engine.docker('image', 'inspect', '-f', '{{.Id}}', name) }
    }

    test('are those that are installed, each with the layer that brought it', async () => {
      const opened = await openWith(service, await image('packages:two'))
      const { packages, summary } = await list(service, opened.image.handle)
      if (existsSync(OWN_STATUS)) {
        const format = '${db:Status-Status} ${Package} ${Version}\n'
        // Of the copy: somebody may install something meanwhile.
        const copied = join(scratch, 'context/debian/var/lib/dpkg')
        const args = ['--admindir', copied, '-W', '-f', format]
        const { stdout } = await exec('dpkg-query', args, { maxBuffer: 1e8 })
        const own = stdout.split('\n').flatMap((line) => /^installed (.*)$/.exec(line)?.[1] ?? [])
        expect(of(packages, 'deb').sort()).toEqual([...own, 'added-here 1.0'].sort())
      }
      const vue = JSON.parse(await readFile('node_modules/vue/package.json', 'utf8')) as { version: string }
      expect(of(packages, 'npm')).toEqual(['@scope/thing 1.1.0', `vue ${vue.version}`])
      expect(of(packages, 'pypi')).toEqual(['six 1.16.0'])
      expect(of(packages, 'gem')).toEqual(['rake 13.2.1'])
      expect(of(packages, 'apk')).toEqual(['musl 1.2.5-r0'])
      expect(of(packages, 'java')).toEqual(['tool 2.0'])
      expect(of(packages, 'rpm')).toHaveLength(12)
      expect(of(packages, 'go')[0]).toMatch(/^github\.com\/opencontainers\/runc /)
      expect(summary).toMatchObject({ distro: 'Debian test', total: packages.length })
      expect(summary.notes).toEqual(['/srv/app/lib/broken.jar is no archive that can be read.'])
      const layerOf = (name: string): string =>
        opened.image.layers[packages.find((one) => one.name === name)?.layer ?? -1]?.instruction ?? ''
      expect(layerOf('vue')).toContain('COPY app')
      expect(layerOf('rake')).toContain('COPY debian')
      expect(layerOf('stdlib')).toContain('COPY programs')
      expect(layerOf('added-here')).toContain('RUN printf')
      expect(layerOf('@scope/thing')).toContain('RUN printf')
      await opened.close()
    })

    test('are the same in an archive on disk and in a running container', async () => {
      const opened = await openWith(service, await image('packages:two'))
      const facts = ({ packages }: Listed): string[] =>
        packages.map(({ ecosystem, name, version, path, licences, purl }) =>
          [ecosystem, name, version, path, licences, purl].join(' ')
        )
      const ours = await list(service, opened.image.handle)
      const archive = join(scratch, 'two.tar')
      await engine.docker('save', '-o', archive, 'packages:two')
      const saved = await openWith(service, {
        kind: 'archive',
        token: service.sources.remember(archive).token
      })
      const inArchive = await list(service, saved.image.handle)
      expect(missing(facts(ours), facts(inArchive))).toEqual([])
      expect(missing(facts(inArchive), facts(ours))).toEqual([])
      expect(inArchive.packages.map(({ layer }) => layer)).toEqual(ours.packages.map(({ layer }) => layer))
      const id = await engine.docker('run', '-d', 'packages:two')
      const container = await openWith(service, { kind: 'container', id })
      await engine.docker('exec', id, 'sh', '-c', 'echo moved > /aaa && echo more > /bin/aaa')
      const inContainer = await list(service, container.image.handle)
      expect(missing(facts(ours), facts(inContainer))).toEqual([])
      expect(missing(facts(inContainer), facts(ours))).toEqual([])
      expect(inContainer.packages.every(({ layer }) => layer === null)).toBe(true)
      await engine.docker('rm', '-f', id)
      for (const one of [opened, saved, container]) await one.close()
    })

    test('are compared, and a cancelled reading leaves nothing behind', async () => {
      const before = await openWith(service, await image('packages:one'))
      const after = await openWith(service, await image('packages:two'))
      const abort = new AbortController()
      const reading = service.browser.ask('packages', { handle: before.image.handle }, abort.signal)
      const first = reading.next()
      abort.abort()
      await expect(first).rejects.toMatchObject({ code: 'Cancelled' })
      const { differences, counts } = await compared(service, before.image.handle, after.image.handle)
      expect(differences).toEqual([
        {
          change: 'changed',
          ecosystem: 'npm',
          name: '@scope/thing',
          architecture: '',
          before: ['1.0.0'],
          after: ['1.1.0']
        },
        {
          change: 'added',
          ecosystem: 'deb',
          name: 'added-here',
          architecture: 'all',
          before: [],
          after: ['1.0']
        },
        {
          change: 'removed',
          ecosystem: 'npm',
          name: 'left-pad',
          architecture: '',
          before: ['1.3.0'],
          after: []
        }
      ])
      expect(counts).toMatchObject({ added: 1, removed: 1, changed: 1 })
      await before.close()
      await after.close()
    })

    test('are exported as both kinds of SBOM, whole or not at all', async () => {
      const { image: opened, close } = await openWith(service, await image('packages:one'))
      const tasks = new TaskRegistry()
      const target = { path: join(scratch, 'x.json') as string | null, asked: '' }
      const handlers = packagesHandlers({
        browser: service.browser,
        tasks,
        chooseTarget: (name) => {
          target.asked = name
          return Promise.resolve(target.path)
        },
        version: '1.2.3'
      })
      const { packages } = await list(service, opened.handle)
      for (const format of ['cyclonedx', 'spdx'] as const) {
        const task = await handlers.exportSbom({ handle: opened.handle, format }, { signal: never })
        expect(target.asked).toBe(format === 'spdx' ? 'packages_one.spdx.json' : 'packages_one.cdx.json')
        expect(task?.taskId).toBeTruthy()
        // It has its name when it is whole.
        await expect.poll(() => existsSync(target.path ?? ''), { timeout: 20_000 }).toBe(true)
        const document = JSON.parse(await readFile(target.path ?? '', 'utf8')) as {
          packages?: unknown[]
          components?: unknown[]
        }
        await rm(target.path ?? '')
        // The distribution, and in SPDX the image itself.
        expect(document.components?.length ?? (document.packages?.length ?? 0) - 1).toBe(packages.length + 1)
      }
      target.path = null
      expect(
        await handlers.exportSbom({ handle: opened.handle, format: 'spdx' }, { signal: never })
      ).toBeNull()
      await close()
    })

    test('of an image without any are none', async () => {
      const opened = await openWith(service, await image('busybox:test'))
      const { packages, summary } = await list(service, opened.image.handle)
      expect([packages, summary]).toEqual([[], { distro: '', total: 0, notes: [] }])
      await opened.close()
    })
  }
)
