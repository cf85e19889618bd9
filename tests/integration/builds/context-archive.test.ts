/** The context that goes to an engine without BuildKit, as the system's tar reads it. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextArchive } from '@main/builds/classic/context-archive'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'context-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Unpacks the archive with the system's tar: paths by name, and the contents of files. */
async function unpacked(dockerfile: string, dockerfileText: string | null = null) {
  const archive = await contextArchive(join(folder, 'context'), { dockerfile, dockerfileText })
  const pieces: Buffer[] = []
  for await (const piece of archive.bytes) pieces.push(piece)
  const tar = join(folder, 'context.tar')
  writeFileSync(tar, Buffer.concat(pieces))
  const listed = execFileSync('tar', ['-tvf', tar, '--numeric-owner'], { encoding: 'utf8' })
    .trim()
    .split('\n')
  const out = join(folder, 'out')
  mkdirSync(out)
  execFileSync('tar', ['-xf', tar, '-C', out])
  return {
    dockerfile: archive.dockerfile,
    owners: new Set(listed.map((line) => line.split(/\s+/)[1])),
    names: execFileSync('tar', ['-tf', tar], { encoding: 'utf8' }).trim().split('\n').sort(),
    text: (name: string) => readFileSync(join(out, name), 'utf8')
  }
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, 'context', name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
  }
}

describe('contextArchive', () => {
  it('has everything but what is left out, and always the Dockerfile and the ignore file', async () => {
    write({ '.dockerignore': '*\n!src', 'src/a b': 'x'.repeat(600_000), 'src/é': '', other: '' })
    write({ 'docker/Dockerfile': 'FROM x' })
    symlinkSync('a b', join(folder, 'context/src/link'))
    chmodSync(join(folder, 'context/src/é'), 0o755)
    const { dockerfile, names, text, owners } = await unpacked('docker/Dockerfile')
    expect(dockerfile).toBe('docker/Dockerfile')
    expect(names).toHaveLength(6)
    expect(names).toEqual(expect.arrayContaining(['.dockerignore', 'docker/Dockerfile', 'src/', 'src/a b']))
    expect(text('src/link')).toBe('x'.repeat(600_000))
    expect(owners).toEqual(new Set(['0/0']))
  })

  it('takes a typed Dockerfile along under a name that the ignore file leaves out', async () => {
    write({ a: '1', Dockerfile: 'FROM old', '.dockerignore': 'b' })
    const { dockerfile, names, text } = await unpacked('', 'FROM typed')
    expect(dockerfile).toMatch(/^\.dockerfile\.[0-9a-f]{20}$/)
    expect(names).toEqual(['.dockerignore', dockerfile, 'Dockerfile', 'a'].sort())
    expect(text(dockerfile)).toBe('FROM typed')
    expect(text('.dockerignore')).toBe(`b\n${dockerfile}\n`)
  })

  it('takes one from outside of the context, and says which file cannot be read', async () => {
    write({ a: '1' })
    writeFileSync(join(folder, 'Elsewhere'), 'FROM elsewhere')
    const { dockerfile, text } = await unpacked(join(folder, 'Elsewhere'))
    expect(text(dockerfile)).toBe('FROM elsewhere')
    expect(text('.dockerignore')).toBe(`\n${dockerfile}\n.dockerignore\n`)
    await expect(
      contextArchive(folder, { dockerfile: '/nonexistent', dockerfileText: null })
    ).rejects.toThrow('The Dockerfile /nonexistent cannot be read.')
    write({ '.dockerignore': 'a[' })
    await expect(unpacked('')).rejects.toThrow('no pattern')
  })
})
