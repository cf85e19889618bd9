/**
 * A bill of materials as SPDX 2.3 JSON. No library for it is kept in JavaScript, and what is needed of the format is small
 * (docs/decisions/0532): https://spdx.github.io/spdx-spec/v2.3/.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { ImagePackage } from '@shared/contract/packages'
import { licenceOf } from '../licence'
import type { SbomSubject } from './sbom'

interface SpdxPackage {
  readonly SPDXID: string
  readonly name: string
  readonly versionInfo?: string
  readonly downloadLocation: 'NOASSERTION'
  readonly filesAnalyzed: false
  readonly licenseConcluded: 'NOASSERTION'
  readonly licenseDeclared: string
  readonly copyrightText: 'NOASSERTION'
  readonly sourceInfo?: string
  readonly comment?: string
  readonly primaryPackagePurpose?: 'CONTAINER' | 'OPERATING_SYSTEM' | 'LIBRARY'
  readonly externalRefs?: readonly [
    { referenceCategory: 'PACKAGE-MANAGER'; referenceType: 'purl'; referenceLocator: string }
  ]
}

const ROOT = 'SPDXRef-Image'

export function spdx(subject: SbomSubject): string {
  const { name, platform, report, tool, created } = subject
  const names = new OtherLicences()
  const system = systemPackage(subject)
  const packages = [
    {
      ...plain(ROOT, name, '', 'CONTAINER'),
      ...(platform === '' ? {} : { comment: `Platform: ${platform}` })
    },
    ...(system === null ? [] : [system]),
    ...report.packages.map((one, at) => packageOf(one, at, subject, names))
  ]
  const contained = packages.slice(1).map(({ SPDXID }) => SPDXID)
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name,
    documentNamespace: `https://quayside.invalid/spdx/${encodeURIComponent(name)}-${randomUUID()}`,
    creationInfo: { created, creators: [`Tool: ${tool.name}-${tool.version}`] },
    ...(report.notes.length === 0 ? {} : { comment: report.notes.join('\n') }),
    packages,
    ...(names.all.length === 0 ? {} : { hasExtractedLicensingInfos: names.all }),
    relationships: [
      relation('SPDXRef-DOCUMENT', 'DESCRIBES', ROOT),
      ...contained.map((id) => relation(ROOT, 'CONTAINS', id))
    ]
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

const relation = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string) => ({
  spdxElementId,
  relationshipType,
  relatedSpdxElement
})

function plain(
  id: string,
  name: string,
  version: string,
  purpose: NonNullable<SpdxPackage['primaryPackagePurpose']>
): SpdxPackage {
  return {
    SPDXID: id,
    name,
    ...(version === '' ? {} : { versionInfo: version }),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    primaryPackagePurpose: purpose
  }
}

function systemPackage({ report }: SbomSubject): SpdxPackage | null {
  if (report.distribution === null) return null
  const { name, version } = report.distribution
  return plain('SPDXRef-Distribution', name, version, 'OPERATING_SYSTEM')
}

function packageOf(one: ImagePackage, at: number, subject: SbomSubject, names: OtherLicences): SpdxPackage {
  const diffId = subject.diffId(one.layer)
  const comment = [
    diffId === null ? '' : `Layer: ${diffId}`,
    one.source === '' ? '' : `Source: ${one.source}`
  ]
  return {
    ...plain(`SPDXRef-Package-${at + 1}`, one.name, one.version, 'LIBRARY'),
    licenseDeclared: declared(one.licences, names),
    sourceInfo: `Found in ${one.path}`,
    ...(comment.join('') === '' ? {} : { comment: comment.filter(Boolean).join('\n') }),
    ...(one.purl === ''
      ? {}
      : {
          externalRefs: [
            { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: one.purl }
          ]
        })
  }
}

/** All that are stated, as one expression. */
function declared(texts: readonly string[], names: OtherLicences): string {
  if (texts.length === 0) return 'NOASSERTION'
  const parts = texts.map(licenceOf).map(({ text, spdx }) => {
    if (spdx === 'name') return names.idOf(text)
    return spdx === 'expression' && texts.length > 1 ? `(${text})` : text
  })
  return parts.join(' AND ')
}

/** Licences that are not on SPDX' list, each with an id of this document's own. */
class OtherLicences {
  readonly all: { licenseId: string; name: string; extractedText: string }[] = []
  readonly #ids = new Map<string, string>()

  idOf(text: string): string {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const words = text
      .replace(/[^a-zA-Z0-9.-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60)
    const id = `LicenseRef-${words === '' ? '' : `${words}-`}${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
    this.#ids.set(text, id)
    this.all.push({ licenseId: id, name: text, extractedText: `The package states its licence as: ${text}` })
    return id
  }
}
