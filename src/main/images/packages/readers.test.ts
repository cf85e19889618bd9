import { readFileSync } from 'node:fs'
import { strToU8, zipSync } from 'fflate'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oneLine, plainText } from '@shared/docker/text'
import { readApk } from './apk'
import { licencesOfCopyright } from './debian-copyright'
import { readDpkg } from './dpkg'
import type { Found } from './found'
import { readGem } from './gem'
import { readJava } from './java'
import { readNpm } from './npm'
import { readOsRelease } from './os-release'
import { readPypi } from './pypi'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const brief = ({ packages }: Found): string[] =>
  packages.map(({ name, version, licences }) => `${name} ${version} [${licences.join(', ')}]`)

describe('dpkg', () => {
  const status = `Package: libc6
Status: install ok installed
Priority: optional
Architecture: amd64
Multi-Arch: same
Source: glibc
Version: 2.36-9+deb12u7
Description: GNU C Library: Shared libraries
 Contains the standard libraries
 .
 Version: not this one

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: curl
Status: hold ok installed
Architecture: arm64
Source: curl (7.88.1-10)
Version: 7.88.1-10+b1
`

  it('tells what is installed, and from which source', () => {
    const { packages } = readDpkg(bytes(status))
    expect(packages).toMatchObject([
      { name: 'libc6', version: '2.36-9+deb12u7', architecture: 'amd64', source: 'glibc 2.36-9+deb12u7' },
      { name: 'curl', version: '7.88.1-10+b1', architecture: 'arm64', source: 'curl 7.88.1-10' }
    ])
    expect(packages[0]?.owned).toEqual([
      '/var/lib/dpkg/info/libc6.list',
      '/var/lib/dpkg/info/libc6:amd64.list'
    ])
  })

  it('reads the one package of a file of status.d, which states no status', () => {
    const found = readDpkg(bytes('Package: base-files\nVersion: 12.4\nArchitecture: amd64\n'))
    expect(brief(found)).toEqual(['base-files 12.4 []'])
  })

  it('names the licences of a machine-readable copyright file, and none of prose', () => {
    const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Files: *
License: GPL-2+

Files: debian/*
License: Expat

License: GPL-2+
 This program is free software
`
    expect(licencesOfCopyright(bytes(copyright))).toEqual(['GPL-2+', 'Expat'])
    expect(licencesOfCopyright(bytes('This is free.\nLicense: no\n'))).toEqual([])
  })
})

it('apk: packages with licence, origin and the files they brought', () => {
  const installed = `C:Q1abc=
P:libcrypto3
V:3.3.1-r0
A:x86_64
L:Apache-2.0
o:openssl
F:etc
F:usr/lib
R:libcrypto.so.3
a:0:0:755

P:musl
V:1.2.5-r0
A:x86_64
L:MIT
o:musl`
  expect(readApk(bytes(installed)).packages).toMatchObject([
    {
      ...{ name: 'libcrypto3', version: '3.3.1-r0', architecture: 'x86_64', licences: ['Apache-2.0'] },
      ...{ source: 'openssl 3.3.1-r0', owned: ['/usr/lib/libcrypto.so.3'] }
    },
    { name: 'musl', source: '', owned: [] }
  ])
})

it('npm: name, version and licence in all the ways it has been written', () => {
  const read = (manifest: unknown): string[] => brief(readNpm(bytes(JSON.stringify(manifest))))
  expect(read({ name: '@a/b', version: '1.0.0', license: '(MIT OR Apache-2.0)' })).toEqual([
    '@a/b 1.0.0 [(MIT OR Apache-2.0)]'
  ])
  expect(read({ name: 'a', version: '1', license: { type: 'BSD', url: 'x' } })).toEqual(['a 1 [BSD]'])
  expect(read({ name: 'a', version: '1', licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }, 3] })).toEqual([
    'a 1 [MIT, GPL-2.0]'
  ])
  expect(read({ name: 'test-fixture' })).toEqual([])
  expect(read(null)).toEqual([])
  expect(readNpm(bytes('{"name":')).note).toBe('is no JSON')
  const own = JSON.parse(readFileSync('node_modules/vue/package.json', 'utf8')) as { version: string }
  expect(brief(readNpm(readFileSync('node_modules/vue/package.json')))).toEqual([`vue ${own.version} [MIT]`])
})

describe('PyPI', () => {
  it('takes the expression, else a short licence, else the classifiers', () => {
    const head = 'Metadata-Version: 2.4\nName: Some.Thing\nVersion: 1.0\n'
    const read = (rest: string): string[] => brief(readPypi(bytes(head + rest)))
    expect(read('License: MIT License\nLicense-Expression: MIT\n')).toEqual(['Some.Thing 1.0 [MIT]'])
    expect(read('License: BSD\nClassifier: License :: OSI Approved :: BSD License\n')).toEqual([
      'Some.Thing 1.0 [BSD]'
    ])
    const text = 'License: Copyright (c) somebody\n        Permission is granted\n'
    expect(read(`${text}Classifier: License :: OSI Approved :: MIT License\n\nLicense: no\n`)).toEqual([
      'Some.Thing 1.0 [MIT License]'
    ])
    expect(read('License: UNKNOWN\r\nClassifier: License :: OSI Approved\r\n')).toEqual(['Some.Thing 1.0 []'])
  })

  it('says when there is no package in it', () => {
    expect(readPypi(bytes('')).note).toBe('is empty')
    expect(readPypi(bytes('Summary: nothing\n')).note).toBe('names no package')
  })
})

it('gems: what RubyGems writes, never run', () => {
  const spec = `# -*- encoding: utf-8 -*-
# stub: nokogiri 1.16.5 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "nokogiri".freeze
  s.version = "1.16.5".freeze
  s.platform = "x86_64-linux".freeze
  s.licenses = ["MIT".freeze, "BSD-2-Clause".freeze]
  s.add_runtime_dependency(%q<racc>.freeze, ["~> 1.4"])
end`
  expect(readGem(bytes(spec)).packages).toMatchObject([
    { name: 'nokogiri', version: '1.16.5', architecture: 'x86_64-linux', licences: ['MIT', 'BSD-2-Clause'] }
  ])
  expect(readGem(bytes('Gem::Specification.new { |s| s.name = NAME }')).note).toMatch(/does not state/)
})

it('the distribution, as os-release quotes it', () => {
  expect(
    readOsRelease(bytes('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n'))
  ).toEqual({ id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' })
  expect(readOsRelease(bytes("NAME='Wolfi'\nID=wolfi"))).toEqual({ id: 'wolfi', version: '', name: 'Wolfi' })
  expect(readOsRelease(bytes('# nothing\n'))).toBeNull()
})

describe('Java', () => {
  const maven = (group: string, artifact: string, version: string): Record<string, Uint8Array> => ({
    [`META-INF/maven/${group}/${artifact}/pom.properties`]: strToU8(
      `#Generated\ngroupId=${group}\nartifactId=${artifact}\nversion=${version}\n`
    ),
    [`META-INF/maven/${group}/${artifact}/pom.xml`]: strToU8(
      '<project><name>x</name><licenses><license><name>Apache-2.0</name></license></licenses></project>'
    )
  })

  it('reads an application with its libraries inside', () => {
    const inner = zipSync(maven('org.slf4j', 'slf4j-api', '2.0.13'))
    const bare = zipSync({ 'META-INF/MANIFEST.MF': strToU8('Manifest-Version: 1.0\r\n') })
    const app = zipSync({
      ...maven('com.example', 'app', '1.0'),
      'BOOT-INF/lib/slf4j-api-2.0.13.jar': [inner, { level: 0 }],
      'BOOT-INF/lib/commons-io-2.16.1.jar': bare,
      'BOOT-INF/classes/A.class': new Uint8Array(5000)
    })
    expect(brief(readJava(app, '/app/app.jar'))).toEqual([
      'com.example:app 1.0 [Apache-2.0]',
      'org.slf4j:slf4j-api 2.0.13 [Apache-2.0]',
      'commons-io 2.16.1 []'
    ])
  })

  it('takes the manifest where Maven wrote nothing', () => {
    const manifest =
      'Bundle-SymbolicName: org.osgi.thing;singl\r\n eton:=true\r\nBundle-Version: 3.1.4\r\nBundle-License: EPL-2.0\r\n\r\nName: x\r\nBundle-Version: 9\r\n'
    const jar = zipSync({ 'META-INF/MANIFEST.MF': strToU8(manifest) })
    expect(brief(readJava(jar, '/opt/thing.jar'))).toEqual(['org.osgi.thing 3.1.4 [EPL-2.0]'])
  })

  it('says what it left out of damaged and boundless archives', () => {
    expect(readJava(bytes('no archive'), '/a.jar').note).toBe('is no archive that can be read')
    const bomb = zipSync({
      'META-INF/MANIFEST.MF': new Uint8Array(3_000_000),
      'lib/x.jar': strToU8('damaged')
    })
    expect(readJava(bomb, '/a-1.jar')).toMatchObject({
      packages: [{ name: 'a', version: '1' }],
      note: expect.stringContaining('left out') as string
    })
  })
})

it('no reader fails on damaged files', () => {
  const jar = zipSync({ 'META-INF/MANIFEST.MF': strToU8('Bundle-Version: 1\n'), 'a.jar': zipSync({}) })
  const readers = [readDpkg, readApk, readNpm, readPypi, readGem, readOsRelease, licencesOfCopyright]
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.string({ unit: 'binary', maxLength: 400 }).map(bytes),
    fc
      .array(fc.constantFrom('P:', 'V:', 'Name:', '\n', ' ', 'x', '\n\n', '"', 's.name=', '\u202e'), {
        maxLength: 60
      })
      .map((parts) => bytes(parts.join('')))
  )
  fc.assert(
    fc.property(noise, fc.nat(jar.length - 1), (damage, at) => {
      for (const read of readers) read(damage)
      const broken = new Uint8Array(jar)
      broken.set(damage.subarray(0, jar.length - at), at)
      for (const { name } of readJava(broken, '/x-1.jar').packages) expect(name).toBe(plainText(name))
    }),
    { numRuns: 120 }
  )
})

it('names and versions are one short line, whatever the file says', () => {
  const long = 'x'.repeat(100_000)
  const found = readNpm(
    bytes(JSON.stringify({ name: `a\n\u001b[31m${long}`, version: `1\u202e${long}`, license: long }))
  )
  const [one] = found.packages
  expect(one?.name.length).toBeLessThanOrEqual(300)
  expect(one?.name).toBe(oneLine(one?.name ?? ''))
  expect(one?.version).not.toContain('\u202e')
  expect(one?.licences[0]?.length).toBeLessThanOrEqual(300)
})
