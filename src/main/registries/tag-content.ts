/** What stands behind a tag: its images by platform with their layers, and what the registry has about them. Called by the handler. */
import type { PlatformImage, Referrer, TagContent } from '@shared/contract/repositories'
import { oneLine, plainText } from '@shared/docker/text'
import { AppError, toAppError } from '@shared/errors'
import { inParallel } from '../docker/parallel'
import {
  fetchConfig,
  fetchManifest,
  fetchReferrers,
  type Descriptor,
  type Fetched,
  type Manifest,
  type Place
} from './manifest'

/** Each costs two requests. */
const MOST_PLATFORMS = 24
const MOST_LAYERS = 1000
const MOST_ANNOTATIONS = 100
const MOST_REFERRERS = 200
/** What BuildKit writes of a build into the index. */
const ATTESTATION = 'attestation-manifest'
/** Cosign's tags beside an image. */
const COSIGN = [
  ['.sig', 'signature', 'cosign signature'],
  ['.att', 'attestation', 'cosign attestation'],
  ['.sbom', 'sbom', 'cosign SBOM']
] as const

export async function readTag(place: Place, reference: string): Promise<TagContent> {
  const fetched = await fetchManifest(place, reference)
  if (fetched === null) {
    throw new AppError('NotFound', `${place.http.host} has no ${reference} in ${place.repository}.`, {
      hint: 'It may have been deleted meanwhile: look at the tags again.'
    })
  }
  const { manifest } = fetched
  const children = (manifest.manifests ?? []).filter((child) => !isAttestation(child))
  const images = manifest.manifests
    ? await inParallel(children.slice(0, MOST_PLATFORMS), (child) => readChild(place, child))
    : [await readImage(place, fetched, null)]
  const { referrers, problem } = await referrersOf(place, fetched)
  return {
    ...{ digest: fetched.digest, mediaType: oneLine(fetched.mediaType, 200), size: fetched.size },
    isIndex: Boolean(manifest.manifests),
    artifactType: oneLine(manifest.artifactType, 200),
    annotations: annotationsOf(manifest),
    images,
    more: Math.max(0, children.length - MOST_PLATFORMS),
    referrers: [...attestationsIn(manifest), ...referrers].slice(0, MOST_REFERRERS),
    referrersProblem: problem,
    limits: place.http.limits.all
  }
}

/** One platform of an index; that it cannot be read is no reason not to show the others. */
async function readChild(place: Place, child: Descriptor): Promise<PlatformImage> {
  try {
    const fetched = await fetchManifest(place, child.digest)
    if (fetched === null) throw new AppError('NotFound', 'The registry does not have it.')
    return await readImage(place, fetched, child)
  } catch (thrown) {
    place.signal.throwIfAborted()
    const { digest } = child
    const unread = { size: null, created: null, annotations: [], layers: [] }
    return { ...unread, digest, platform: platformOf(child.platform), problem: toAppError(thrown).message }
  }
}

/** Its platform, size and date; `child`: what an index says of it. */
export async function readImage(
  place: Place,
  { digest, manifest }: Fetched,
  child: Descriptor | null
): Promise<PlatformImage> {
  const layers = manifest.layers ?? []
  const { config } = manifest
  const isImage = config !== null && config !== undefined && /image/.test(config.mediaType)
  const read = isImage ? await fetchConfig(place, config) : null
  return {
    digest,
    platform: platformOf(child?.platform ?? null) || platformOf(read),
    size: layers.reduce((sum, { size }) => sum + size, config?.size ?? 0),
    created:
      read === null || Number.isNaN(Date.parse(read.created)) ? null : new Date(read.created).toISOString(),
    annotations: annotationsOf(manifest),
    layers: layers.slice(0, MOST_LAYERS).map((layer) => ({
      ...{ digest: layer.digest, size: layer.size },
      mediaType: oneLine(layer.mediaType, 200)
    })),
    problem: ''
  }
}

/** `linux/arm64/v8`; empty when it is not said. */
export function platformOf(platform: { os: string; architecture: string; variant: string } | null): string {
  if (platform === null) return ''
  const parts = [platform.os, platform.architecture, platform.variant].filter((part) => part !== '')
  return oneLine(parts.join('/'), 100)
}

function annotationsOf({ annotations }: Pick<Manifest, 'annotations'>) {
  return Object.entries(annotations)
    .slice(0, MOST_ANNOTATIONS)
    .map(([name, value]) => ({ name: oneLine(name, 200), value: plainText(value).slice(0, 4000) }))
}

/** What BuildKit tells of a build stands among the platforms of an index. */
export const isAttestation = ({ annotations }: Descriptor): boolean =>
  annotations['vnd.docker.reference.type'] === ATTESTATION

function attestationsIn({ manifests }: Manifest): Referrer[] {
  return (manifests ?? []).filter(isAttestation).map(({ digest, size, annotations }) => ({
    ...{ kind: 'attestation', type: 'BuildKit attestation', digest, size, found: 'index', tag: '' },
    subject: oneLine(annotations['vnd.docker.reference.digest'] ?? '', 200)
  }))
}

async function referrersOf(
  place: Place,
  { digest }: Fetched
): Promise<{ referrers: Referrer[]; problem: string }> {
  try {
    const told = await fetchReferrers(place, digest)
    const stem = digest.replace(':', '-')
    // Without the API they are in an index under a tag that is made of the digest.
    const listed = told ?? (await fetchManifest(place, stem))?.manifest.manifests ?? []
    const byTag = await inParallel(COSIGN, async ([suffix, kind, type]): Promise<Referrer | null> => {
      const found = await fetchManifest(place, `${stem}${suffix}`)
      if (found === null) return null
      return {
        kind,
        type,
        digest: found.digest,
        size: found.size,
        subject: digest,
        found: 'tag',
        tag: `${stem}${suffix}`
      }
    })
    const referrers = listed.map((one) => referrerOf(one, digest, told === null ? stem : ''))
    return { referrers: [...referrers, ...byTag.filter((one) => one !== null)], problem: '' }
  } catch (thrown) {
    place.signal.throwIfAborted()
    return { referrers: [], problem: toAppError(thrown).message }
  }
}

function referrerOf(descriptor: Descriptor, subject: string, tag: string): Referrer {
  const type = oneLine(descriptor.artifactType || descriptor.mediaType, 200)
  const { digest, size } = descriptor
  return { kind: kindOf(type), type, digest, size, subject, found: tag === '' ? 'referrers' : 'tag', tag }
}

function kindOf(type: string): Referrer['kind'] {
  if (/notary|signature|cosign\.artifact\.sig|\.sig\b/i.test(type)) return 'signature'
  if (/spdx|cyclonedx|sbom/i.test(type)) return 'sbom'
  return /in-toto|attestation|dsse|sigstore|provenance|slsa/i.test(type) ? 'attestation' : 'other'
}
