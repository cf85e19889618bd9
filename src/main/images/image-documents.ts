/**
 * Which images an archive holds: read from Docker's manifest.json or from an OCI index.json, whichever is there. Answers
 * paths; whether the layers at these paths are what the documents promise is checked by assemble. Pure.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { ImageConfig } from '@shared/docker/image-config'
import { oneLine } from '@shared/docker/text'
import { damaged, noImage, tooLarge } from './damage'
import { digestOfPath } from './index-archive'

/** One image of an archive. */
export interface ArchivedImage {
  /** `repository:tag`, or empty. */
  readonly name: string
  /** `linux/arm64`, or empty when only the configuration says. */
  readonly platform: string
  readonly configPath: string
  readonly layerPaths: readonly string[]
}

type Documents = ReadonlyMap<string, Uint8Array>

const MAX_LAYERS = 1000
const MAX_IMAGES = 1000
/** Manifests and indexes that are looked at; indexes may hold indexes. */
const MAX_DESCRIPTORS = 10_000

/** A list whose length is looked at before anything in it: a million faults are a million objects. */
function list<S extends z.ZodType>(item: S, max: number) {
  return z
    .unknown()
    .refine((value) => !Array.isArray(value) || value.length <= max)
    .pipe(z.array(item))
}

const DockerManifest = list(
  z.object({
    Config: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    Layers: list(z.string(), MAX_LAYERS)
      .nullish()
      .transform((layers) => layers ?? [])
  }),
  MAX_IMAGES
)

const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const Descriptor = z.object({
  mediaType: z.string().optional(),
  digest: Digest,
  platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
  annotations: z.record(z.string(), z.string()).nullish()
})
const OciIndex = z.object({ manifests: list(Descriptor, MAX_IMAGES) })
const OciManifest = z.object({ config: Descriptor, layers: list(Descriptor, MAX_LAYERS) })

/** All images, in the archive's order. Fails when there is none. `oversized` are documents that were not kept. */
export function imagesOf(documents: Documents, oversized: ReadonlySet<string> = new Set()): ArchivedImage[] {
  for (const name of ['manifest.json', 'index.json']) {
    if (oversized.has(name)) throw damaged(`its ${name} is larger than 4 MB`)
  }
  const manifest = documents.get('manifest.json')
  const images = manifest === undefined ? [] : dockerImages(manifest)
  if (images.length > 0) return images
  const index = documents.get('index.json')
  if (index === undefined) throw noImage('it has neither a manifest.json nor an index.json')
  const found = ociImages(documents, index)
  if (found.length > 0) return found
  throw noImage('its index names no image that is in it')
}

function dockerImages(document: Uint8Array): ArchivedImage[] {
  return parse(DockerManifest, document, 'manifest.json').map(({ Config, RepoTags, Layers }) => ({
    name: oneLine(RepoTags?.[0] ?? '', 500),
    platform: '',
    configPath: clean(Config),
    layerPaths: Layers.map(clean)
  }))
}

function ociImages(documents: Documents, document: Uint8Array): ArchivedImage[] {
  const found: ArchivedImage[] = []
  const pending = parse(OciIndex, document, 'index.json').manifests.map((descriptor) => ({
    descriptor,
    name: ''
  }))
  const seen = new Set<string>()
  // The list grows while it is gone through.
  for (const next of pending) {
    if (found.length >= MAX_IMAGES) break
    if (pending.length > MAX_DESCRIPTORS) throw tooLarge('its indexes name more than ten thousand images')
    const { descriptor } = next
    const name = nameIn(descriptor.annotations) || next.name
    const path = blobPath(descriptor.digest)
    const blob = documents.get(path)
    // An index may name platforms whose blobs are not there, and an image twice.
    if (blob === undefined || isAttestation(descriptor) || seen.has(`${path} ${name}`)) continue
    seen.add(`${path} ${name}`)
    checkDigest(blob, path)
    const nested = OciIndex.safeParse(json(blob, path))
    if (nested.success) {
      pending.push(...nested.data.manifests.map((inner) => ({ descriptor: inner, name })))
      continue
    }
    const { config, layers } = parse(OciManifest, blob, path)
    const { os, architecture, variant } = descriptor.platform ?? { os: '', architecture: '' }
    found.push({
      name: oneLine(name, 500),
      platform: oneLine([os, architecture, variant].filter(Boolean).join('/'), 100),
      configPath: blobPath(config.digest),
      layerPaths: layers.map(({ digest }) => blobPath(digest))
    })
  }
  return found
}

function nameIn(annotations: Readonly<Record<string, string>> | null | undefined): string {
  return annotations?.['io.containerd.image.name'] ?? annotations?.['org.opencontainers.image.ref.name'] ?? ''
}

/** buildx stores provenance and SBOMs as manifests of a platform that does not exist. */
function isAttestation({ platform, annotations }: z.output<typeof Descriptor>): boolean {
  return platform?.os === 'unknown' || annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'
}

/** The image's configuration, its digest checked where its path names one. */
export function configOf(
  documents: Documents,
  { configPath }: ArchivedImage
): { config: ImageConfig; raw: Uint8Array } {
  const raw = documents.get(configPath)
  if (raw === undefined) throw damaged('the image’s configuration is not in it')
  checkDigest(raw, configPath)
  return { config: parse(ImageConfig, raw, configPath), raw }
}

/** A configuration that has been read before, or that the engine has given. */
export function parseConfig(raw: Uint8Array): ImageConfig {
  return parse(ImageConfig, raw, 'the configuration')
}

export const blobPath = (digest: string): string => `blobs/sha256/${digest.slice('sha256:'.length)}`

function checkDigest(document: Uint8Array, path: string): void {
  const wanted = digestOfPath(path) ?? /^([0-9a-f]{64})\.json$/.exec(path)?.[1]
  if (wanted === undefined) return
  if (createHash('sha256').update(document).digest('hex') !== wanted) {
    throw damaged(`${oneLine(path, 90)} does not have the digest it is named by`)
  }
}

function clean(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}

function json(document: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(Buffer.from(document).toString('utf8'))
  } catch {
    throw damaged(`${oneLine(name, 90)} is not JSON`)
  }
}

function parse<S extends z.ZodType>(schema: S, document: Uint8Array, name: string): z.output<S> {
  const parsed = schema.safeParse(json(document, name))
  if (parsed.success) return parsed.data
  throw damaged(`${oneLine(name, 90)} does not have the form of its kind`)
}
