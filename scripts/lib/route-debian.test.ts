import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chooseCandidate, plainFile, takeFiles } from './route-debian.mjs'
import { tempFolder } from './temp-folder'

const candidate = (version: string, suite: string) => ({ name: 'runc', version, suite })

async function program(file: string, body: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `#!/bin/sh\n${body}\n`)
  await chmod(file, 0o755)
}

describe('chooseCandidate', () => {
  const all = [candidate('1.3.6', 'sid'), candidate('1.1.15', 'trixie'), candidate('1.1.5', 'bookworm')]

  test('takes the newest that works and remembers why newer ones do not', async () => {
    const tried: string[] = []
    const { chosen, refused } = await chooseCandidate(all, (c) => {
      tried.push(c.version)
      return Promise.resolve(c.suite === 'bookworm' ? null : 'needs a newer C library')
    })
    expect(chosen).toEqual(candidate('1.1.5', 'bookworm'))
    expect(tried).toEqual(['1.3.6', '1.1.15', '1.1.5'])
    expect(refused.map((r) => r.candidate.suite)).toEqual(['sid', 'trixie'])
  })

  test('does not try older ones once one works', async () => {
    let tries = 0
    const { chosen } = await chooseCandidate(all, () => {
      tries++
      return Promise.resolve(null)
    })
    expect([chosen?.version, tries]).toEqual(['1.3.6', 1])
  })

  test('chooses nothing when nothing works', async () => {
    expect((await chooseCandidate(all, () => Promise.resolve('no'))).chosen).toBeNull()
    expect(await chooseCandidate([], () => Promise.resolve(null))).toEqual({ chosen: null, refused: [] })
  })
})

describe('plainFile', () => {
  test('is the first place that has one, and never a link or a place outside', async () => {
    const folder = await tempFolder()
    await program(join(folder, 'usr/bin/runc'), 'true')
    await mkdir(join(folder, 'usr/sbin'))
    await symlink('/bin/sh', join(folder, 'usr/sbin/runc'))
    expect(plainFile(folder, ['usr/sbin/runc', 'usr/bin/runc'])).toBe(join(folder, 'usr/bin/runc'))
    expect(plainFile(folder, ['usr/sbin/runc', 'missing'])).toBeNull()
    expect(() => plainFile(folder, ['../../etc/passwd'])).toThrow(/Refused/)
  })
})

describe('takeFiles', () => {
  const component = {
    name: 'dockerd',
    packages: ['docker.io'],
    files: { 'bin/dockerd': ['usr/sbin/dockerd'] },
    extras: { 'bin/dockerd-rootless.sh': ['usr/share/dockerd-rootless.sh'] }
  }
  const checks = { 'bin/dockerd': ['--version'] }

  test('copies, makes executable and starts what is needed; takes extras when they are there', async () => {
    const [unpacked, stage] = [await tempFolder(), await tempFolder()]
    await program(join(unpacked, 'usr/sbin/dockerd'), 'echo "$1"')
    expect(await takeFiles(component, unpacked, stage, checks)).toEqual({ paths: ['bin/dockerd'] })
    await program(join(unpacked, 'usr/share/dockerd-rootless.sh'), 'true')
    expect(await takeFiles(component, unpacked, stage, checks)).toEqual({
      paths: ['bin/dockerd', 'bin/dockerd-rootless.sh']
    })
    expect(await readFile(join(stage, 'bin/dockerd'), 'utf8')).toContain('echo')
  })

  test('gives the reason when a program does not start or is not in the package', async () => {
    const [unpacked, stage] = [await tempFolder(), await tempFolder()]
    expect(await takeFiles(component, unpacked, stage, checks)).toEqual({
      reason: 'the package has no dockerd'
    })
    await program(join(unpacked, 'usr/sbin/dockerd'), 'echo "version \\`GLIBC_2.38\' not found" >&2; exit 1')
    expect(await takeFiles(component, unpacked, stage, checks)).toEqual({
      reason: "version `GLIBC_2.38' not found"
    })
  })
})
