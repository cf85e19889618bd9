import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OpenedImage } from '@shared/contract/image-files'
import type { ImagePackage, SbomFormat } from '@shared/contract/packages'
import { foundPackage } from '../found'
import { licenceOf } from '../licence'
import { purlOf } from '../purl'
import type { PackageReport } from '../read-packages'
import { sbomOf } from './sbom'
import { SPDX_2_3 } from '../testing/spdx-rules'

const DEBIAN = { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' }
const one = (over: Partial<ImagePackage>): ImagePackage => ({
  ...{ ecosystem: 'npm', name: 'left-pad', version: '1.3.0', architecture: '', licences: ['WTFPL'] },
  ...{
    source: '',
    path: '/app/node_modules/left-pad/package.json',
    layer: 1,
    purl: 'pkg:npm/left-pad@1.3.0'
  },
  ...over
})
const PACKAGES: readonly ImagePackage[] = [
  one({}),
  one({ name: 'both', licences: ['(MIT OR Apache-2.0)'] }),
  one({ name: 'several', licences: ['MIT', 'Apache-2.0 WITH LLVM-exception', 'A licence: of its own'] }),
  one({ name: 'none', licences: [], purl: '', layer: null }),
  one({ ecosystem: 'java', name: 'org.slf4j:slf4j-api', version: '2.0.13', path: '/app.jar' }),
  one({ ecosystem: 'deb', name: 'curl', licences: ['curl', 'GPL-2+', '日本語'], source: 'curl 7' })
]
const reportOf = (packages: readonly ImagePackage[]): PackageReport => ({
  ...{ packages, distribution: DEBIAN, distro: DEBIAN.name, total: packages.length },
  notes: ['/x.jar is damaged.']
})
const IMAGE = {
  name: 'registry.example/app:1.0',
  platform: 'linux/amd64',
  layers: [{ diffId: null }, { diffId: `sha256:${'a'.repeat(64)}` }]
} as unknown as OpenedImage

const made = (format: SbomFormat, packages: readonly ImagePackage[]): string =>
  sbomOf(IMAGE, reportOf(packages), {
    format,
    tool: 'quayside 1.2.3',
    now: Date.UTC(2026, 0, 2, 3, 4, 5, 678)
  })

/** Names, versions and licences of strangers. */
const anyPackages = fc.array(
  fc
    .record({
      text: fc.string({ unit: 'binary', maxLength: 30 }),
      licences: fc.array(fc.string(), { maxLength: 3 })
    })
    .map(({ text, licences }) => {
      const found = foundPackage('npm', { name: `@${text}/x`, version: `${text}1`, licences })
      return one({ ...found, licences: [...(found?.licences ?? [])], purl: found ? purlOf(found, null) : '' })
    }),
  { maxLength: 4 }
)

describe('CycloneDX', () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)

  it('is what the schema of CycloneDX 1.6 asks for', async () => {
    expect(await validator.validate(made('cyclonedx', PACKAGES))).toBeNull()
    expect(await validator.validate(made('cyclonedx', []))).toBeNull()
    // The check can fail.
    expect(
      await validator.validate(made('cyclonedx', PACKAGES).replace('"library"', '"book"'))
    ).not.toBeNull()
    await fc.assert(
      fc.asyncProperty(anyPackages, async (packages) => {
        expect(await validator.validate(made('cyclonedx', packages))).toBeNull()
      }),
      { numRuns: 40 }
    )
  })

  it('holds every package with licence, layer and package URL', () => {
    const bom = JSON.parse(made('cyclonedx', PACKAGES)) as {
      metadata: { timestamp: string; component: object; tools: unknown }
      components: Record<string, unknown>[]
      dependencies: { ref: string; dependsOn?: string[] }[]
    }
    expect(bom.metadata).toMatchObject({
      timestamp: '2026-01-02T03:04:05.000Z',
      component: { type: 'container', name: 'registry.example/app:1.0' },
      tools: { components: [{ name: 'quayside', version: '1.2.3' }] }
    })
    const [system, leftPad, both, several, none, java] = bom.components
    expect(bom.components).toHaveLength(PACKAGES.length + 1)
    expect(system).toMatchObject({ type: 'operating-system', name: 'debian', version: '12' })
    expect(leftPad).toMatchObject({
      ...{ name: 'left-pad', version: '1.3.0', purl: 'pkg:npm/left-pad@1.3.0' },
      licenses: [{ license: { id: 'WTFPL' } }]
    })
    expect(leftPad?.['properties']).toContainEqual({
      name: 'quayside:layer',
      value: `sha256:${'a'.repeat(64)}`
    })
    expect(both?.['licenses']).toEqual([{ expression: '(MIT OR Apache-2.0)' }])
    expect(several?.['licenses']).toHaveLength(3)
    expect(none?.['licenses']).toBeUndefined()
    expect(java).toMatchObject({ group: 'org.slf4j', name: 'slf4j-api' })
    expect(bom.dependencies.find(({ ref }) => ref === 'image')?.dependsOn).toHaveLength(PACKAGES.length + 1)
  })
})

describe('SPDX', () => {
  const validate = new Ajv({ allErrors: true }).compile(SPDX_2_3)
  const spdxIds = new Set(
    JSON.parse(
      readFileSync(
        join(dirname(createRequire(import.meta.url).resolve('spdx-license-ids')), 'index.json'),
        'utf8'
      )
    ) as string[]
  )

  function check(text: string): Record<string, unknown>[] {
    const document = JSON.parse(text) as {
      packages: { SPDXID: string; licenseDeclared: string }[]
      relationships: { spdxElementId: string; relatedSpdxElement: string }[]
      hasExtractedLicensingInfos?: { licenseId: string }[]
    }
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true)
    const ids = new Set(['SPDXRef-DOCUMENT', ...document.packages.map(({ SPDXID }) => SPDXID)])
    expect(ids.size).toBe(document.packages.length + 1)
    for (const { spdxElementId, relatedSpdxElement } of document.relationships)
      expect(ids.has(spdxElementId) && ids.has(relatedSpdxElement)).toBe(true)
    const own = new Set(document.hasExtractedLicensingInfos?.map(({ licenseId }) => licenseId))
    for (const { licenseDeclared } of document.packages) {
      const words = licenseDeclared.split(/[\s()]+/).filter((word) => word.startsWith('LicenseRef-'))
      for (const word of words) expect(own.has(word), word).toBe(true)
    }
    return document.packages
  }

  it('keeps the rules of SPDX 2.3, and refers to nothing that is not in it', () => {
    check(made('spdx', PACKAGES))
    check(made('spdx', []))
    expect(validate(JSON.parse(made('spdx', PACKAGES).replaceAll('NOASSERTION', 'MAYBE')))).toBe(false)
    fc.assert(
      fc.property(anyPackages, (packages) => void check(made('spdx', packages))),
      { numRuns: 100 }
    )
  })

  it('holds every package with licence, layer and package URL', () => {
    const [image, system, ...packages] = check(made('spdx', PACKAGES))
    expect(image).toMatchObject({ name: 'registry.example/app:1.0', primaryPackagePurpose: 'CONTAINER' })
    expect(system).toMatchObject({ name: DEBIAN.name, versionInfo: '12' })
    expect(packages.map((found) => found['licenseDeclared'])).toEqual([
      'WTFPL',
      '(MIT OR Apache-2.0)',
      expect.stringMatching(
        /^MIT AND \(Apache-2\.0 WITH LLVM-exception\) AND LicenseRef-A-licence-of-its-own-/
      ),
      'NOASSERTION',
      'WTFPL',
      expect.stringMatching(/^curl AND LicenseRef-GPL-2-\w{8} AND LicenseRef-\w{8}$/)
    ])
    expect(packages[0]).toMatchObject({
      sourceInfo: 'Found in /app/node_modules/left-pad/package.json',
      comment: `Layer: sha256:${'a'.repeat(64)}`,
      externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/left-pad@1.3.0' }]
    })
    expect(spdxIds.has('WTFPL')).toBe(true)
  })
})

it('takes only ids of the SPDX list for SPDX', () => {
  const kinds = [
    'MIT',
    'GPL-2.0+',
    'MIT AND BSD-2-Clause',
    'GPL-2+',
    'Expat',
    'mit',
    '',
    'LicenseRef-x',
    '('
  ].map((text) => licenceOf(text).spdx)
  expect(kinds).toEqual([
    ...['id', 'expression', 'expression', 'name', 'name', 'name', 'name', 'name', 'name']
  ])
  fc.assert(fc.property(fc.string(), (text) => void licenceOf(text)))
  expect(licenceOf('('.repeat(10_000)).spdx).toBe('name')
})

it('writes package URLs as scanners do', () => {
  const purl = (...[ecosystem, facts]: Parameters<typeof foundPackage>): string => {
    const found = foundPackage(ecosystem, facts)
    return found === null ? '' : purlOf(found, DEBIAN)
  }
  expect(purl('deb', { name: 'curl', version: '1:7.88.1-10+b1', architecture: 'amd64' })).toBe(
    'pkg:deb/debian/curl@1:7.88.1-10%2Bb1?arch=amd64&distro=debian-12'
  )
  expect(purl('rpm', { name: 'bash', version: '2:5.2-1.fc40', architecture: 'x86_64' })).toBe(
    'pkg:rpm/debian/bash@5.2-1.fc40?arch=x86_64&distro=debian-12&epoch=2'
  )
  expect(purl('npm', { name: '@vue/shared', version: '3.5.0' })).toBe('pkg:npm/%40vue/shared@3.5.0')
  expect(purl('pypi', { name: 'Typing_Extensions', version: '4.0' })).toBe('pkg:pypi/typing-extensions@4.0')
  expect(purl('go', { name: 'golang.org/x/net', version: 'v0.30.0' })).toBe(
    'pkg:golang/golang.org/x/net@v0.30.0'
  )
  expect(purl('java', { name: 'org.slf4j:slf4j-api', version: '2' })).toBe('pkg:maven/org.slf4j/slf4j-api@2')
  expect(purl('java', { name: 'unknown', version: '2' })).toBe('')
  expect(purl('gem', { name: 'rake', version: '13', architecture: 'java' })).toBe(
    'pkg:gem/rake@13?platform=java'
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(typeof purl('npm', { name: `a${text}`, version: `1${text}` })).toBe('string')
    })
  )
})
