/** Manifests and indexes as registries have them: fetched by tag or digest and checked against their bytes, then read. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { contentError, notARegistry, notAsTold } from './content-errors'
import { pullScope } from './content-names'
import type { RegistryHttp } from './registry-http'

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
/** Every form in which an image is read here. */
export const MANIFESTS = [
  OCI_INDEX,
  'application/vnd.docker.distribution.manifest.list.v2+json',
  OCI_MANIFEST,
  'application/vnd.docker.distribution.manifest.v2+json'
].join(', ')

/** The limit that the specification gives registries for one. */
const MAX_MANIFEST = 4 * 1024 * 1024
const MAX_CONFIG = 8 * 1024 * 1024

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const annotations = z
  .record(z.string(), z.string())
  .nullish()
  .transform((values) => values ?? {})
const Digest = z.string().regex(/^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/)
const Descriptor = z.object({
  mediaType: text,
  digest: Digest,
  size: z.number().int().min(0),
  annotations,
  artifactType: text,
  platform: z
    .object({ os: text, architecture: text, variant: text })
    .nullish()
    .transform((value) => value ?? null)
})
export type Descriptor = z.output<typeof Descriptor>

export const Manifest = z.object({
  mediaType: text,
  artifactType: text,
  annotations,
  manifests: z.array(Descriptor).nullish(),
  config: Descriptor.nullish(),
  layers: z.array(Descriptor).nullish()
})
export type Manifest = z.output<typeof Manifest>

const Config = z.object({ created: text, os: text, architecture: text, variant: text })
export type Config = z.output<typeof Config>

export interface Fetched {
  readonly digest: string
  readonly mediaType: string
  readonly size: number
  readonly manifest: Manifest
  /** As the registry has it. */
  readonly bytes: Buffer
}

export interface Place {
  readonly http: RegistryHttp
  readonly repository: string
  readonly signal: AbortSignal
}

export const isDigest = (reference: string): boolean => Digest.safeParse(reference).success

/** The digest of bytes by the algorithm that another digest has. */
export function digestOf(like: string, bytes: Buffer): string {
  const algorithm = like.startsWith('sha512:') ? 'sha512' : 'sha256'
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

/** Null when there is none. What has another digest than it should fails and is not used. */
export async function fetchManifest(place: Place, reference: string): Promise<Fetched | null> {
  const { http, repository, signal } = place
  const path = `/v2/${repository}/manifests/${reference}`
  const reply = await http.request({
    path,
    accept: MANIFESTS,
    scope: pullScope(repository),
    maxBytes: MAX_MANIFEST,
    signal
  })
  const what = `${repository}${isDigest(reference) ? '@' : ':'}${reference}`
  if (reply.status === 404) return null
  if (reply.status !== 200) throw contentError(http.host, what, reply)
  const told = isDigest(reference) ? reference : String(reply.headers['docker-content-digest'] ?? '')
  const digest = digestOf(told, reply.body)
  if (told !== '' && told !== digest) throw notAsTold(http.host, what)
  const manifest = parsed(http.host, reply.body)
  const header = (reply.headers['content-type'] ?? '').replace(/;.*$/s, '').trim()
  return {
    ...{ digest, manifest, size: reply.body.length, bytes: reply.body },
    mediaType: manifest.mediaType || header
  }
}

function parsed(host: string, body: Buffer): Manifest {
  try {
    const manifest = Manifest.parse(JSON.parse(body.toString('utf8')))
    if (manifest.manifests || manifest.layers || manifest.config) return manifest
  } catch {
    // Told below: what a parser says of a stranger's text helps nobody.
  }
  throw notARegistry(host)
}

/** When an image was made and for what; from its configuration, checked against its digest. */
export async function fetchConfig(place: Place, { digest, size }: Descriptor): Promise<Config> {
  const { http, repository, signal } = place
  const what = `${repository}@${digest}`
  if (size > MAX_CONFIG) throw notAsTold(http.host, what)
  const path = `/v2/${repository}/blobs/${digest}`
  const reply = await http.request({
    ...{ path, scope: pullScope(repository), maxBytes: MAX_CONFIG, signal },
    accept: '*/*',
    elsewhere: true
  })
  if (reply.status !== 200) throw contentError(http.host, what, reply)
  if (digestOf(digest, reply.body) !== digest) throw notAsTold(http.host, what)
  try {
    return Config.parse(JSON.parse(reply.body.toString('utf8')))
  } catch {
    throw notARegistry(http.host)
  }
}

/** What the registry says refers to an image; null where it does not have that API. */
export async function fetchReferrers(
  { http, repository, signal }: Place,
  digest: string
): Promise<Descriptor[] | null> {
  const path = `/v2/${repository}/referrers/${digest}`
  const reply = await http.request({ path, accept: OCI_INDEX, scope: pullScope(repository), signal })
  if (reply.status === 404 || reply.status === 405) return null
  if (reply.status !== 200) throw contentError(http.host, `what refers to ${repository}`, reply)
  const type = reply.headers['content-type'] ?? ''
  // A registry without it may answer with a page of its own.
  return type.startsWith(OCI_INDEX) ? (parsed(http.host, reply.body).manifests ?? []) : null
}
