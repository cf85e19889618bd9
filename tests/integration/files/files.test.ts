/** Files of containers on the real engine: equal to docker cp and docker diff, whatever the names and whatever runs. */
import { existsSync } from 'node:fs'
import {
  mkdir,
  mkdtemp,
  readFile as readHost,
  readdir,
  rm,
  symlink,
  writeFile as writeHost
} from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileEntry } from '@shared/contract/files'
import { containerChanges } from '@main/docker/archive'
import { DockerClient } from '@main/docker/client'
import { downloadFile, downloadFolder } from '@main/files/download'
import { Listing } from '@main/files/listing'
import { readHeader, versionOf } from '@main/files/read'
import { uploadChosen } from '@main/files/upload'
import { makeFolder, writeFile } from '@main/files/write'
import { failure, listAll, never, readText, treeOf } from './gather'
import { BUSYBOX, canRunEngine, startEngine, type TestEngine } from '../engine-fixture'

describe.skipIf(!canRunEngine)('files of containers on the real engine', () => {
  let engine: TestEngine
  let client: DockerClient
  let scratch: string
  let running: string

  beforeAll(async () => {
    engine = await startEngine()
    await engine.importBusybox()
    client = await DockerClient.connect({ kind: 'unix', path: engine.socket })
    scratch = await mkdtemp('/tmp/qfiles-')
    const flags = ['-v', 'named:/vol', '-v', `${scratch}:/host:ro`, '--tmpfs', '/scratch']
    running = await engine.docker('run', '-d', '--name', 'web', ...flags, BUSYBOX, 'sleep', '1000')
    await sh('web', 'echo volume > /vol/in-volume; mkdir /many /work; cd /many; seq 1 10000 | xargs touch')
    await sh(
      'web',
      'cd /work; echo plain > file; ln -s file link; ln file hard; mkfifo pipe; mknod dev c 1 3'
    )
    await sh(
      'web',
      'cd /work; ln -s ../../../etc/passwd out; ln -s /etc/passwd abs; mkdir -p sub/deep; echo d > sub/deep/d'
    )
    await sh(
      'web',
      'cd /work; touch -- "$(printf "new\\nline")" "$(printf "bad\\377name")" "<b>html" "$(printf "\\342\\200\\256rtl")" "-rf"'
    )
    await sh('web', 'chown 12:34 /work/file; chmod 4750 /work/file; rm /bin/yes; echo x >> /etc/passwd')
  })
  afterAll(async () => {
    client.dispose()
    await engine.stop()
    await rm(scratch, { recursive: true, force: true })
  })

  const sh = (name: string, script: string) => engine.docker('exec', name, 'sh', '-c', script)
  const list = (id: string, path: string, listing?: Listing) => listAll(client, id, path, listing)
  const names = (entries: readonly FileEntry[]) => entries.map(({ name }) => name)
  const read = (id: string, path: string, limit?: number) => readText(client, id, path, limit)
  const create = async (name: string, ...flags: string[]) =>
    await engine.docker('create', '--name', name, ...flags, BUSYBOX, 'sleep', '1000')
  it('are listed the same by the container’s tools and by archives', async () => {
    const byTools = await list(running, '/work')
    await engine.docker('pause', 'web')
    const byArchive = await list(running, '/work')
    const root = await list(running, '/')
    await engine.docker('unpause', 'web')
    expect(byArchive).toEqual(
      byTools.map((entry) => ({
        ...entry,
        mtime: expect.any(Number) as number,
        size: entry.type === 'file' ? entry.size : (expect.any(Number) as number)
      }))
    )
    expect(names(byTools)).toEqual(
      [
        '-rf',
        '<b>html',
        'abs',
        'bad\udcffname',
        'dev',
        'file',
        'hard',
        'link',
        'new\nline',
        'out',
        'pipe',
        'sub',
        '\u202ertl'
      ].sort()
    )
    const file = byTools.find(({ name }) => name === 'file')
    expect(file).toMatchObject({ type: 'file', size: 6, mode: 0o4750, uid: 12, gid: 34, mount: null })
    expect(byTools.find(({ name }) => name === 'out')).toMatchObject({
      type: 'symlink',
      target: '../../../etc/passwd'
    })
    expect(root.find(({ name }) => name === 'vol')?.mount).toEqual({
      type: 'volume',
      source: 'named',
      readOnly: false
    })
    expect(root.find(({ name }) => name === 'host')?.mount).toEqual({
      type: 'bind',
      source: scratch,
      readOnly: true
    })
    expect(root.find(({ name }) => name === 'scratch')?.mount?.type).toBe('tmpfs')
  })

  it('are listed of a container without tools, of a stopped one, and of one that never ran, with what is mounted', async () => {
    const bare = await engine.docker(
      'run',
      '-d',
      '--name',
      'bare',
      '-v',
      'named:/vol',
      BUSYBOX,
      'sleep',
      '1000'
    )
    await sh('bare', 'echo 1 > /etc/one; rm /bin/stat; busybox rm /bin/find /bin/busybox')
    expect(names(await list(bare, '/etc'))).toContain('one')
    expect(names(await list(bare, '/vol'))).toEqual(['in-volume'])
    await engine.docker('stop', '-t', '0', 'bare')
    const listing = new Listing()
    expect(names(await list(bare, '/', listing))).toEqual(expect.arrayContaining(['bin', 'etc', 'vol']))
    const before = client.requests
    expect(names(await list(bare, '/etc', listing))).toContain('one')
    // Inspect and changes: the whole was read already.
    expect(client.requests - before).toBe(2)
    expect(names(await list(bare, '/vol', listing))).toEqual(['in-volume'])
    const created = await create('never', '-v', 'named:/vol', '-v', `${scratch}:/elsewhere`)
    expect((await list(created, '/')).find(({ name }) => name === 'elsewhere')?.mount?.source).toBe(scratch)
    expect(names(await list(created, '/vol'))).toEqual(['in-volume'])
    expect(await failure(list(created, '/nosuch'))).toMatchObject({ code: 'NotFound' })
    expect(await failure(list(running, '/nosuch'))).toMatchObject({ code: 'NotFound' })
  })

  it('are listed when a folder has 10,000 of them, quickly enough to be opened by a click', async () => {
    const started = performance.now()
    expect(await list(running, '/many')).toHaveLength(10_000)
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('changed what docker diff says', async () => {
    const letters = { added: 'A', changed: 'C', deleted: 'D' }
    const ours = (await containerChanges(client, running)).map(({ kind, path }) => `${letters[kind]} ${path}`)
    // Not UTF-8 is not JSON: the engine itself replaces such a byte, for the CLI as for us.
    // The engine answers in no particular order.
    const theirs = (await engine.docker('diff', 'web')).replace('new\nline', 'new␊line').split('\n')
    expect(ours.map((line) => line.replace('\n', '␊')).sort()).toEqual(theirs.sort())
    expect(ours).toEqual(expect.arrayContaining(['D /bin/yes', 'C /etc/passwd', 'A /work/file']))
  })

  it('are read in part and whole, by any name', async () => {
    expect(await read(running, '/work/file')).toMatchObject({ text: 'plain\n', size: 6, truncated: false })
    expect(await read(running, '/work/file', 2)).toMatchObject({ text: 'pl', size: 6, truncated: true })
    await sh('web', 'cd /work; for f in bad* new*; do echo strange > "$f"; done')
    expect((await read(running, '/work/bad\udcffname')).text).toBe('strange\n')
    expect((await read(running, '/work/new\nline')).text).toBe('strange\n')
    expect(await failure(read(running, '/work/pipe'))).toMatchObject({ code: 'InvalidParameter' })
    expect((await failure(read(running, '/work/sub')))?.message).toContain('a folder')
    expect((await failure(read(running, '/proc/1/cmdline')))?.hint).toContain('/proc')
  })

  it('are saved with their owner and mode, and not over a change made meanwhile', async () => {
    const { version } = await read(running, '/work/file')
    const saved = await writeFile(client, running, '/work/file', Buffer.from('edited'), version)
    expect(await sh('web', 'stat -c "%a %u %g %s" /work/file; cat /work/file')).toBe('4750 12 34 6\nedited')
    await sh('web', 'echo changed > /work/file')
    const conflict = await failure(writeFile(client, running, '/work/file', Buffer.from('mine'), saved))
    expect(conflict).toMatchObject({ code: 'Conflict', details: { changedMeanwhile: true } })
    expect(await sh('web', 'cat /work/file')).toBe('changed')
    await writeFile(client, running, '/work/file', Buffer.from('mine'), null)
    expect(await sh('web', 'cat /work/file')).toBe('mine')
    await writeFile(client, running, '/work/bad\udcffname', Buffer.from('bytes'), null)
    expect(await sh('web', 'cat /work/bad*')).toBe('bytes')
    await makeFolder(client, running, '/work/made')
    expect(await sh('web', 'stat -c %F /work/made')).toBe('directory')
    expect(await failure(makeFolder(client, running, '/work/made'))).toMatchObject({ code: 'Conflict' })
  })

  it('cannot be written where nothing can be written, and it is said why', async () => {
    const fixed = await create('fixed', '--read-only', '-v', 'named:/vol:ro')
    expect((await failure(writeFile(client, fixed, '/etc/passwd', Buffer.from('x'), null)))?.message).toBe(
      'The container’s file system is read-only.'
    )
    expect((await failure(writeFile(client, fixed, '/vol/x', Buffer.from('x'), null)))?.message).toBe(
      'What is mounted there is read-only.'
    )
    expect(
      (await failure(writeFile(client, running, '/etc/hosts', Buffer.from('x'), null)))?.message
    ).toContain('cannot be replaced')
    expect((await failure(writeFile(client, running, '/nosuch/x', Buffer.from('x'), null)))?.code).toBe(
      'NotFound'
    )
  })

  it('are downloaded as docker cp copies them, and nothing leaves the folder', async () => {
    const news: unknown[] = []
    const to = `${scratch}/ours`
    const word = await downloadFolder(client, { id: running, path: '/work', to }, (n) => news.push(n), never)
    expect(word).toContain('Downloaded ours')
    expect(word).toMatch(/Left out: .*dev \(a device\)|Left out:/)
    await engine.docker('cp', 'web:/work/sub', `${scratch}/theirs`)
    expect(await treeOf(`${to}/sub`)).toBe(await treeOf(`${scratch}/theirs`))
    const made = (await readdir(to, { encoding: 'buffer' })).map((name) => name.toString('latin1')).sort()
    expect(made).toEqual(
      [
        '-rf',
        '<b>html',
        'bad\u00ffname',
        'file',
        'hard',
        'link',
        'made',
        'new\nline',
        'sub',
        '\u00e2\u0080\u00aertl'
      ].sort()
    )
    expect(await readHost(`${to}/link`, 'utf8')).toBe('mine')
    expect(existsSync(`${to}/out`) || existsSync(`${to}/abs`)).toBe(false)
    const again = await downloadFolder(
      client,
      { id: running, path: '/work/sub', to: `${to}/sub` },
      () => undefined,
      never
    )
    expect(again).toContain('sub (2)')
  })

  it('are uploaded as docker cp does, without following links of the host', async () => {
    const source = `${scratch}/up`
    await mkdir(`${source}/inner`, { recursive: true })
    await writeHost(`${source}/inner/ä ${'long'.repeat(50)}`, 'content', { mode: 0o640 })
    await writeHost(`${source}/empty`, '')
    await symlink('/etc/shadow', `${source}/shadow`)
    await sh('web', 'mkdir /to /cp')
    const word = await uploadChosen(
      client,
      { id: running, folder: '/to', paths: [source] },
      () => undefined,
      never
    )
    expect(word).toBe('Uploaded 2 files to /to.')
    await engine.docker('cp', source, 'web:/cp/')
    const stats = (folder: string) =>
      sh(
        'web',
        `cd ${folder} && find up | sort | xargs -d '\\n' stat -c '%n %f %u %g %s'; readlink up/shadow`
      ).catch(() =>
        sh('web', `cd ${folder} && find up -exec stat -c '%n %f %u %g %N' {} + | sort; readlink up/shadow`)
      )
    expect(await stats('/to')).toBe(await stats('/cp'))
  })

  it('of 2 GB are downloaded with flat memory, and a cancelled copy leaves nothing', async () => {
    await sh('web', 'dd if=/dev/zero of=/work/big bs=1M count=0 seek=2048 2>/dev/null')
    const before = process.memoryUsage().rss
    let peak = 0
    let last = { current: 0, total: 0 }
    const cancel = new AbortController()
    const target = `${scratch}/big`
    const copy = downloadFile(
      client,
      { id: running, path: '/work/big', to: target },
      ({ progress }) => {
        peak = Math.max(peak, process.memoryUsage().rss)
        last = progress ?? last
        if (last.current > 256 * 1024 * 1024) cancel.abort()
      },
      cancel.signal
    )
    expect(await failure(copy)).toMatchObject({ code: 'Cancelled' })
    expect(last.total).toBe(2 ** 31)
    expect(peak - before).toBeLessThan(150 * 1024 * 1024)
    expect((await readdir(scratch)).filter((name) => name.includes('big'))).toEqual([])
    await sh('web', 'rm /work/big')
  })

  it('say that the container is gone, and that the engine is', async () => {
    const gone = await create('gone')
    await engine.docker('rm', 'gone')
    expect(await failure(list(gone, '/'))).toMatchObject({ code: 'NotFound' })
    expect(await readHeader(client, running, '/work/nosuch')).toBeNull()
    const header = await readHeader(client, running, '/work/file')
    expect(versionOf(header!)).toMatch(/^\d+@/)
  })
})
