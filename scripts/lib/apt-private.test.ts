import { describe, expect, test } from 'vitest'
import { chooseArchive, parseMadison, parsePrintedUri } from './apt-private.mjs'

const source = (uri: string, suites: string[], components = ['main'], signedBy: string | null = null) => ({
  uri,
  suites,
  components,
  signedBy
})

describe('chooseArchive', () => {
  test("on Debian: the machine's mirror with newer suites first, its own last", () => {
    const os = { id: 'debian', codename: 'forky', like: [] }
    expect(
      chooseArchive(['sid', 'trixie'], os, [source('http://m.example', ['forky'], ['main'], '/k.gpg')])
    ).toEqual({
      uri: 'http://m.example',
      suites: ['sid', 'trixie', 'forky'],
      components: ['main'],
      keyring: '/k.gpg'
    })
  })

  test('on Ubuntu: its own suites, updates first, with universe', () => {
    const os = { id: 'ubuntu', codename: 'noble', like: ['debian'] }
    expect(
      chooseArchive(['sid'], os, [source('http://u.example/ubuntu', ['noble', 'noble-updates'])])
    ).toEqual({
      uri: 'http://u.example/ubuntu',
      suites: ['noble-updates', 'noble-security', 'noble'],
      components: ['main', 'universe'],
      keyring: '/usr/share/keyrings/ubuntu-archive-keyring.gpg'
    })
  })

  test('says so when the sources name no archive', () => {
    expect(() => chooseArchive(['sid'], { id: 'debian', codename: 'bookworm', like: [] }, [])).toThrow(
      /name no main archive for "bookworm"/
    )
  })
})

test('versions are listed newest first, each once, with the suite that has it', () => {
  const text = [
    ' docker.io | 28.5.2+dfsg4-5 | http://m.example/debian sid/main amd64 Packages',
    ' docker.io | 28.5.2+dfsg4-5 | http://m.example/debian forky/main amd64 Packages',
    'N: something else',
    '      runc | 1.1.5+ds1-1+deb12u1 | http://m.example/debian bookworm/main amd64 Packages',
    '      runc | 1.1.5+ds1-1+deb12u1 | http://m.example/debian bookworm/main Sources'
  ].join('\n')
  expect(parseMadison(text)).toEqual([
    { name: 'docker.io', version: '28.5.2+dfsg4-5', suite: 'sid' },
    { name: 'runc', version: '1.1.5+ds1-1+deb12u1', suite: 'bookworm' }
  ])
})

describe('the announced download', () => {
  const sha = 'a'.repeat(64)

  test('is read with its size and checksum', () => {
    const text = `'http://m.example/runc_1%3a1_amd64.deb' runc_1%3a1_amd64.deb 2710 SHA256:${sha}\n`
    expect(parsePrintedUri(text)).toEqual({ file: 'runc_1%3a1_amd64.deb', bytes: 2710, sha256: sha })
  })

  test('cannot name a file elsewhere', () => {
    expect(parsePrintedUri(`'http://m.example/x' ../../x.deb 1 SHA256:${sha}`)?.file).toBe('x.deb')
  })

  test('is refused without a sha256', () => {
    expect(parsePrintedUri("'http://m.example/x' x.deb 1 MD5Sum:abc")).toBeNull()
  })
})
