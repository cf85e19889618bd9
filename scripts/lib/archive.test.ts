import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { tgzMembers, unzip } from './archive.mjs'
import { tarOf } from './sample-image.mjs'
import { tempFolder } from './temp-folder'

interface Member {
  readonly name: string
  readonly content?: string
  readonly mode?: number
}

/** A zip with stored members: enough to put any name and mode into one. */
function zipOf(members: readonly Member[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content = '', mode = 0o100644 } of members) {
    const [nameBytes, data] = [Buffer.from(name), Buffer.from(content)]
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt32LE(crc32(data), 14)
    local.writeUInt32LE(data.length, 18)
    local.writeUInt32LE(data.length, 22)
    local.writeUInt16LE(nameBytes.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE((3 << 8) | 20, 4)
    local.copy(central, 6, 4, 30)
    central.writeUInt32LE((mode << 16) >>> 0, 38)
    central.writeUInt32LE(offset, 42)
    parts.push(local, nameBytes, data)
    directory.push(central, nameBytes)
    offset += local.length + nameBytes.length + data.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, ...directory, end])
}

async function unzipped(members: readonly Member[], rename?: (name: string) => string | null) {
  const folder = await tempFolder()
  const zip = join(folder, 'test.zip')
  await writeFile(zip, zipOf(members))
  const target = join(folder, 'out')
  const done = await unzip(zip, target, rename ? { rename } : {})
  return { target, done }
}

describe('unzip', () => {
  test('writes files, keeps their mode and leaves out what rename drops', async () => {
    const { target, done } = await unzipped(
      [
        { name: 'App/app', content: 'program', mode: 0o100755 },
        { name: 'App/locales/en.pak', content: 'en' },
        { name: 'App/extra', content: 'x' }
      ],
      (name) => (name === 'App/extra' ? null : name.replace('App/', ''))
    )
    expect(await readdir(target, { recursive: true })).toEqual(['app', 'locales', 'locales/en.pak'])
    expect(await readFile(join(target, 'app'), 'utf8')).toBe('program')
    expect(done).toEqual({ files: 2, bytes: 9 })
  })

  test.each(['../evil', 'a/../../evil', '/etc/evil'])('refuses the name %j', async (name) => {
    await expect(unzipped([{ name, content: 'x' }])).rejects.toThrow(
      /Refused|invalid relative path|absolute path/
    )
  })

  test('refuses a name that only rename makes dangerous', async () => {
    await expect(unzipped([{ name: 'good' }], () => '../evil')).rejects.toThrow(/Refused a path/)
  })

  test('refuses a symbolic link', async () => {
    await expect(unzipped([{ name: 'link', content: '/etc', mode: 0o120777 }])).rejects.toThrow(
      /symbolic link/
    )
  })

  test('refuses a name that comes twice', async () => {
    await expect(
      unzipped([
        { name: 'a', content: '1' },
        { name: 'a', content: '2' }
      ])
    ).rejects.toThrow(/EEXIST/)
  })
})

describe('tgzMembers', () => {
  async function tgz(): Promise<{ folder: string; archive: string }> {
    const folder = await tempFolder()
    const archive = join(folder, 'test.tgz')
    const tar = await tarOf([
      { name: 'docker/', mode: 0o755 },
      { name: 'docker/dockerd', content: Buffer.from('daemon'), mode: 0o755 },
      { name: 'docker/link', link: '/etc/passwd', mode: 0o777 },
      { name: './rootlesskit', content: Buffer.from('kit'), mode: 0o755 }
    ])
    await writeFile(archive, gzipSync(tar))
    return { folder, archive }
  }

  test('takes several members in one pass, with or without a leading dot', async () => {
    const { folder, archive } = await tgz()
    const wanted = new Map([
      ['docker/dockerd', join(folder, 'd')],
      ['rootlesskit', join(folder, 'r')]
    ])
    await tgzMembers(archive, wanted)
    expect(await readFile(join(folder, 'd'), 'utf8')).toBe('daemon')
    expect(await readFile(join(folder, 'r'), 'utf8')).toBe('kit')
  })

  test('names what is not there', async () => {
    const { folder, archive } = await tgz()
    await expect(tgzMembers(archive, new Map([['docker/runc', join(folder, 'x')]]))).rejects.toThrow(
      /does not hold docker\/runc/
    )
  })

  test('refuses a link in place of a file', async () => {
    const { folder, archive } = await tgz()
    await expect(tgzMembers(archive, new Map([['docker/link', join(folder, 'x')]]))).rejects.toThrow(
      /not a plain file/
    )
  })

  test('a damaged archive is an error', async () => {
    const folder = await tempFolder()
    const archive = join(folder, 'bad.tgz')
    await writeFile(archive, 'this is not gzip')
    await expect(tgzMembers(archive, new Map([['a', join(folder, 'x')]]))).rejects.toThrow()
  })
})
