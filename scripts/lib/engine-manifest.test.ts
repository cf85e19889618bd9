import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bundleProblem, readManifest, writeManifest } from './engine-manifest.mjs'
import { sha256 } from './hash.mjs'
import { tempFolder } from './temp-folder'

async function bundle(): Promise<string> {
  const folder = await tempFolder()
  await mkdir(join(folder, 'bin'))
  for (const name of ['dockerd', 'runc']) {
    await writeFile(join(folder, 'bin', name), name)
    await chmod(join(folder, 'bin', name), 0o755)
  }
  await writeManifest(folder, 'debian', 'key1', [
    {
      name: 'dockerd',
      version: '28',
      package: 'docker.io',
      suite: 'sid',
      sha256: 'a'.repeat(64),
      paths: ['bin/dockerd']
    },
    {
      name: 'runc',
      version: '1.1',
      package: 'runc',
      suite: 'bookworm',
      sha256: 'b'.repeat(64),
      paths: ['bin/runc']
    }
  ])
  return folder
}

test('the manifest says what each file is and where it came from', async () => {
  const manifest = readManifest(await bundle())
  expect(manifest).toMatchObject({
    route: 'debian',
    key: 'key1',
    components: [
      {
        name: 'dockerd',
        version: '28',
        package: 'docker.io',
        suite: 'sid',
        sha256: 'a'.repeat(64),
        files: [{ path: 'bin/dockerd', sha256: sha256('dockerd'), bytes: 7 }]
      },
      { name: 'runc' }
    ]
  })
  expect(manifest?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT/)
})

describe('bundleProblem', () => {
  const required = ['bin/dockerd', 'bin/runc']

  test('is nothing for a whole bundle', async () => {
    expect(await bundleProblem(await bundle(), 'key1', required)).toBeNull()
  })

  test('names what is wrong', async () => {
    const folder = await bundle()
    expect(await bundleProblem(await tempFolder(), 'key1', required)).toBe('there is none')
    expect(await bundleProblem(folder, 'key2', required)).toBe('its description has changed')
    expect(await bundleProblem(folder, 'key1', [...required, 'bin/docker'])).toBe(
      'bin/docker is not part of it'
    )
    await chmod(join(folder, 'bin/runc'), 0o644)
    expect(await bundleProblem(folder, 'key1', required)).toBe('bin/runc cannot be executed')
    await chmod(join(folder, 'bin/runc'), 0o755)
    await writeFile(join(folder, 'bin/runc'), 'evil')
    expect(await bundleProblem(folder, 'key1', required)).toBe('bin/runc has been changed')
    await rm(join(folder, 'bin/runc'))
    expect(await bundleProblem(folder, 'key1', required)).toBe('bin/runc is missing')
  })

  test('does not follow a link in place of a program', async () => {
    const folder = await bundle()
    await rm(join(folder, 'bin/runc'))
    await symlink('/bin/sh', join(folder, 'bin/runc'))
    expect(await bundleProblem(folder, 'key1', required)).toBe('bin/runc is missing')
  })

  test('refuses a manifest whose paths lead out of the bundle', async () => {
    const folder = await bundle()
    const manifest = readManifest(folder)
    manifest?.components[0]?.files.push({ path: '../../etc/passwd', sha256: '', bytes: 0 })
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
    await expect(bundleProblem(folder, 'key1', required)).rejects.toThrow(/Refused/)
  })
})
