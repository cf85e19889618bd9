/**
 * What BuildKit's own provenance of a build tells: the files it was made from and what it read from outside. Both forms of SLSA
 * are read (0.2 and 1), by what BuildKit puts into them; anything that is missing is missing. Pure; called by detail.ts.
 */
import { z } from 'zod'
import { plainText } from '@shared/docker/text'

const MOST_SOURCES = 20
const MOST_TEXT = 512 * 1024
const MOST_MATERIALS = 2000

const Digest = z.record(z.string(), z.string()).nullish()
const Dependencies = z.array(z.object({ uri: z.string().default(''), digest: Digest })).nullish()
const Infos = z.array(z.object({ filename: z.string().default(''), data: z.string().default('') })).nullish()
const BuildKitMetadata = z
  .object({ source: z.object({ infos: Infos }).nullish(), vcs: z.record(z.string(), z.string()).nullish() })
  .nullish()

const METADATA_0 = 'https://mobyproject.org/buildkit@v1#metadata'
const Predicate = z.object({
  materials: Dependencies,
  metadata: z.object({ [METADATA_0]: BuildKitMetadata }).nullish(),
  buildDefinition: z.object({ resolvedDependencies: Dependencies }).nullish(),
  runDetails: z
    .object({
      metadata: z.object({ buildkit_metadata: BuildKitMetadata, [METADATA_0]: BuildKitMetadata }).nullish()
    })
    .nullish()
})
const Statement = z.object({ predicate: Predicate })

export interface Provenance {
  readonly sources: readonly { readonly name: string; readonly text: string; readonly cut: boolean }[]
  readonly materials: readonly { readonly uri: string; readonly digest: string }[]
  readonly revision: string
  readonly repository: string
}

const NOTHING: Provenance = { sources: [], materials: [], revision: '', repository: '' }

/** A statement of in-toto or the predicate alone; nothing out of what is neither. */
export function readProvenance(text: string): Provenance {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return NOTHING
  }
  const statement = Statement.safeParse(value)
  const predicate = statement.success ? statement.data.predicate : Predicate.safeParse(value).data
  if (predicate === undefined) return NOTHING
  const run = predicate.runDetails?.metadata
  const metadata = run?.buildkit_metadata ?? run?.[METADATA_0] ?? predicate.metadata?.[METADATA_0]
  const dependencies = predicate.buildDefinition?.resolvedDependencies ?? predicate.materials ?? []
  return {
    sources: (metadata?.source?.infos ?? []).slice(0, MOST_SOURCES).map(({ filename, data }) => {
      const content = Buffer.from(data, 'base64')
      return {
        name: plainText(filename) || 'Dockerfile',
        text: content.subarray(0, MOST_TEXT).toString('utf8'),
        cut: content.length > MOST_TEXT
      }
    }),
    materials: dependencies.slice(0, MOST_MATERIALS).map(({ uri, digest }) => ({
      uri: withoutLogin(uri),
      digest: Object.entries(digest ?? {})
        .map(([kind, hash]) => `${kind}:${hash}`)
        .join(' ')
    })),
    revision: metadata?.vcs?.['revision'] ?? '',
    repository: withoutLogin(metadata?.vcs?.['source'] ?? '')
  }
}

/** An address without the name and the password somebody may have put into it. */
export function withoutLogin(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/i, '$1')
}
