// Builds the sample image: an archive that `docker load` takes, made in JavaScript from the files in
// resources/sample and a static busybox. The same input always gives the same bytes.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { pack } from 'tar-stream'
import { sha256 } from './hash.mjs'
import { root } from './paths.mjs'
import { replaceFile } from './stage.mjs'

/** The image's name, and the moment it claims to be made: fixed, so that the archive is reproducible. */
export const sampleTag = 'quayside/sample:latest'
const created = new Date('2026-11-01T00:00:00Z')
const version = '1.0.0'

/** The commands that the sample offers, for the server itself and for a look around in a terminal. */
export const applets = (
  'sh ash cat chmod clear cp cut date df dmesg du echo env expr false find free grep gunzip gzip head hostname ' +
  'httpd id ifconfig ip kill less ln ls mkdir mount mv nc netstat nslookup ping printf ps pwd rm sed ' +
  'sleep sort stat tail tar tee test touch tr true uname uptime vi wc wget which whoami xargs yes'
).split(' ')

/** @typedef {{ name: string, content?: Buffer, link?: string, mode: number }} Entry */

/**
 * A tar archive of the entries, with nothing in it that depends on the time or the user.
 * @param {Entry[]} entries names that end in a slash are folders
 * @returns {Promise<Buffer>}
 */
export async function tarOf(entries) {
  const archive = pack()
  for (const { name, content, link, mode } of entries) {
    const base = { name, mode, mtime: created, uid: 0, gid: 0, uname: 'root', gname: 'root' }
    if (link !== undefined) archive.entry({ ...base, type: 'symlink', linkname: link })
    else if (name.endsWith('/')) archive.entry({ ...base, type: 'directory' })
    else archive.entry({ ...base, type: 'file', size: content?.length ?? 0 }, content ?? Buffer.alloc(0))
  }
  archive.finalize()
  /** @type {Buffer[]} */
  const chunks = []
  for await (const chunk of archive) chunks.push(/** @type {Buffer} */ (chunk))
  return Buffer.concat(chunks)
}

/**
 * The files below a folder, in a fixed order.
 * @param {string} folder
 * @param {string} prefix
 * @returns {Entry[]}
 */
function filesBelow(folder, prefix) {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((item) => {
      const from = path.join(folder, item.name)
      if (item.isDirectory())
        return [
          { name: `${prefix}${item.name}/`, mode: 0o755 },
          ...filesBelow(from, `${prefix}${item.name}/`)
        ]
      const mode = prefix.startsWith('bin/') ? 0o755 : 0o644
      return item.isFile() ? [{ name: `${prefix}${item.name}`, content: fs.readFileSync(from), mode }] : []
    })
}

/**
 * The image's root file system.
 * @param {Buffer} busybox
 * @param {string} sources
 * @returns {Entry[]}
 */
function rootfs(busybox, sources) {
  /** @param {string} name @param {number} [mode] */
  const folder = (name, mode = 0o755) => ({ name: `${name}/`, mode })
  return [
    folder('bin'),
    { name: 'bin/busybox', content: busybox, mode: 0o755 },
    ...applets.map((name) => ({ name: `bin/${name}`, link: 'busybox', mode: 0o777 })),
    ...filesBelow(path.join(sources, 'bin'), 'bin/'),
    folder('etc'),
    { name: 'etc/group', content: Buffer.from('root:x:0:\n'), mode: 0o644 },
    { name: 'etc/passwd', content: Buffer.from('root:x:0:0:root:/root:/bin/sh\n'), mode: 0o644 },
    folder('root', 0o700),
    folder('tmp', 0o1777),
    folder('www'),
    ...filesBelow(path.join(sources, 'www'), 'www/')
  ]
}

/**
 * The whole archive: a layer, the image's configuration, and the manifest that ties them together.
 * @param {Buffer} busybox
 * @param {{ sources?: string, architecture?: string }} [options]
 */
export async function sampleImage(busybox, options = {}) {
  const layer = await tarOf(rootfs(busybox, options.sources ?? path.join(root, 'resources', 'sample')))
  const architecture =
    options.architecture ??
    { x64: 'amd64', ia32: '386' }[/** @type {string} */ (process.arch)] ??
    process.arch
  const config = Buffer.from(
    JSON.stringify({
      architecture,
      os: 'linux',
      created: created.toISOString(),
      author: 'Quayside',
      config: {
        Cmd: ['/bin/serve'],
        Env: ['PATH=/bin'],
        ExposedPorts: { '80/tcp': {} },
        Labels: {
          'org.opencontainers.image.description': 'A small web page that shows that containers work.',
          'org.opencontainers.image.title': 'Quayside sample',
          'org.opencontainers.image.version': version
        },
        StopSignal: 'SIGTERM',
        WorkingDir: '/www'
      },
      history: [
        { created: created.toISOString(), created_by: 'busybox and a page', comment: 'Quayside sample' }
      ],
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] }
    })
  )
  const id = sha256(config)
  const manifest = [{ Config: `${id}.json`, RepoTags: [sampleTag], Layers: [`${sha256(layer)}/layer.tar`] }]
  return tarOf([
    { name: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)), mode: 0o644 },
    { name: `${id}.json`, content: config, mode: 0o644 },
    { name: `${sha256(layer)}/`, mode: 0o755 },
    { name: `${sha256(layer)}/layer.tar`, content: layer, mode: 0o644 }
  ])
}

/**
 * Writes resources/sample/quayside-sample.tar unless it is right already.
 * @param {string} busybox path of the static busybox
 */
export async function writeSampleImage(busybox) {
  const file = path.join(root, 'resources', 'sample', 'quayside-sample.tar')
  const image = await sampleImage(await fsp.readFile(busybox))
  const present = await fsp.readFile(file).catch(() => null)
  if (!present?.equals(image)) await replaceFile(file, image)
  return { file, bytes: image.length }
}
