import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mainArchive, osRelease, parseListFile, parseSourcesFile, readSources } from './apt-sources.mjs'
import { tempFolder } from './temp-folder'

const deb822 = `Types: deb
# a comment in the middle
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
`

describe('reading sources', () => {
  test('the deb822 form', () => {
    expect(parseSourcesFile(deb822)).toEqual([
      {
        uri: 'http://mirror.example/debian',
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main', 'contrib'],
        signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg'
      },
      {
        uri: 'http://mirror.example/debian-security',
        suites: ['bookworm-security'],
        components: ['main'],
        signedBy: null
      }
    ])
  })

  test('a key written into the file is not taken for a path', () => {
    const text =
      'Types: deb\nURIs: http://a.example\nSuites: x\nComponents: main\nSigned-By:\n -----BEGIN PGP-----\n .\n abc\n'
    expect(parseSourcesFile(text)[0]?.signedBy).toBeNull()
  })

  test('the one-line form', () => {
    const text = [
      '# deb http://no.example x main',
      'deb-src http://no.example x main',
      'deb http://a.example/debian bookworm main contrib # why',
      'deb [arch=amd64 signed-by=/k.gpg] http://b.example/x noble universe'
    ].join('\n')
    expect(parseListFile(text)).toEqual([
      {
        uri: 'http://a.example/debian',
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        signedBy: null
      },
      { uri: 'http://b.example/x', suites: ['noble'], components: ['universe'], signedBy: '/k.gpg' }
    ])
  })

  test('every file of the folder counts, others do not', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'sources.list.d'))
    await writeFile(join(folder, 'sources.list'), 'deb http://a.example x main\n')
    await writeFile(join(folder, 'sources.list.d', 'b.sources'), deb822)
    await writeFile(join(folder, 'sources.list.d', 'c.list.bak'), 'deb http://c.example x main\n')
    expect(readSources(folder).map((source) => source.uri)).toEqual([
      'http://a.example',
      'http://mirror.example/debian',
      'http://mirror.example/debian-security'
    ])
  })
})

describe('mainArchive', () => {
  const sources = parseSourcesFile(deb822)

  test('is the one with the release itself', () => {
    expect(mainArchive(sources, 'bookworm')?.uri).toBe('http://mirror.example/debian')
  })

  test('may follow a moving suite', () => {
    const moving = parseListFile('deb http://a.example sid main')
    expect(mainArchive(moving, 'trixie')?.uri).toBe('http://a.example')
  })

  test('is missing where only other archives are named', () => {
    expect(mainArchive(parseListFile('deb http://a.example nodistro main'), 'bookworm')).toBeUndefined()
    expect(mainArchive(parseListFile('deb cdrom:[disc]/ bookworm main'), 'bookworm')).toBeUndefined()
  })
})

test('os-release is read with and without quotes', () => {
  expect(osRelease('ID=ubuntu\nID_LIKE="debian"\nVERSION_CODENAME=noble\n')).toEqual({
    id: 'ubuntu',
    codename: 'noble',
    like: ['debian']
  })
  expect(osRelease('')).toEqual({ id: '', codename: '', like: [] })
})
