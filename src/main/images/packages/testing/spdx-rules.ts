/**
 * What SPDX 2.3 asks of the fields that are written, as a JSON schema of our own after its clauses 6 (document creation),
 * 7 (packages), 10 (other licensing) and 11 (relationships); nothing else may be in the document.
 */
const text = { type: 'string', minLength: 1 } as const
const id = { type: 'string', pattern: '^SPDXRef-[a-zA-Z0-9.-]+$' } as const

const only = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  additionalProperties: false
})
const listOf = (items: object): object => ({ type: 'array', items, minItems: 1 })

const expression = {
  type: 'string',
  pattern: '^(NOASSERTION|NONE|\\(*[a-zA-Z0-9.+-]+\\)*( (AND|OR|WITH|and|or|with) \\(*[a-zA-Z0-9.+-]+\\)*)*)$'
} as const

export const SPDX_2_3 = only(
  {
    spdxVersion: { const: 'SPDX-2.3' },
    dataLicense: { const: 'CC0-1.0' },
    SPDXID: { const: 'SPDXRef-DOCUMENT' },
    name: text,
    documentNamespace: { type: 'string', pattern: '^https://[^#\\s]+$' },
    comment: text,
    creationInfo: only({
      created: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' },
      creators: listOf({ type: 'string', pattern: '^(Person|Organization|Tool): \\S' })
    }),
    packages: listOf(
      only(
        {
          SPDXID: id,
          name: text,
          versionInfo: text,
          downloadLocation: { enum: ['NOASSERTION', 'NONE'] },
          filesAnalyzed: { type: 'boolean' },
          licenseConcluded: expression,
          licenseDeclared: expression,
          copyrightText: text,
          sourceInfo: text,
          comment: text,
          primaryPackagePurpose: { enum: ['CONTAINER', 'OPERATING_SYSTEM', 'LIBRARY'] },
          externalRefs: listOf(
            only({
              referenceCategory: { const: 'PACKAGE-MANAGER' },
              referenceType: { const: 'purl' },
              referenceLocator: { type: 'string', pattern: '^pkg:[a-z]+/\\S+$' }
            })
          )
        },
        ['versionInfo', 'sourceInfo', 'comment', 'externalRefs']
      )
    ),
    hasExtractedLicensingInfos: listOf(
      only({
        licenseId: { type: 'string', pattern: '^LicenseRef-[a-zA-Z0-9.-]+$' },
        name: text,
        extractedText: text
      })
    ),
    relationships: listOf(
      only({
        spdxElementId: { type: 'string', pattern: '^SPDXRef-[a-zA-Z0-9.-]+$' },
        relationshipType: { enum: ['DESCRIBES', 'CONTAINS'] },
        relatedSpdxElement: id
      })
    )
  },
  ['comment', 'hasExtractedLicensingInfos']
)
