/** What is in a registry: repositories, their tags, and what stands behind a tag. Read from the registry itself, without an engine. */
import { z } from 'zod'
import { call } from './dsl'

const Host = z.string().min(1).max(300)
const Repository = z.object({ host: Host, repository: z.string().min(1).max(255) })
/** A tag, or a digest. */
const Reference = Repository.extend({ reference: z.string().min(1).max(200) })

export const Names = z.object({
  names: z.array(z.string()),
  /** The registry has more than were read. */
  cut: z.boolean()
})
export type Names = z.output<typeof Names>

const Annotation = z.object({ name: z.string(), value: z.string() })

export const LayerFact = z.object({ digest: z.string(), mediaType: z.string(), size: z.number() })

/** An image for one platform. */
export const PlatformImage = z.object({
  digest: z.string(),
  /** `linux/arm64/v8`; empty when it does not say. */
  platform: z.string(),
  /** What a pull transfers when nothing of it is there yet; null when it was not read. */
  size: z.number().nullable(),
  created: z.string().nullable(),
  annotations: z.array(Annotation),
  layers: z.array(LayerFact),
  /** Why it could not be read; empty when it was. */
  problem: z.string()
})
export type PlatformImage = z.output<typeof PlatformImage>

/** Something a registry keeps about an image. */
export const Referrer = z.object({
  kind: z.enum(['signature', 'sbom', 'attestation', 'other']),
  /** The artifact type, or how else it is known. */
  type: z.string(),
  digest: z.string(),
  size: z.number().nullable(),
  /** The image it is about. */
  subject: z.string(),
  /** How it was found: the referrers API, its tag, or the index itself. */
  found: z.enum(['referrers', 'tag', 'index']),
  /** Its tag, where it has one. */
  tag: z.string()
})
export type Referrer = z.output<typeof Referrer>

export const TagContent = z.object({
  /** Of what the tag leads to: checked against its bytes. */
  digest: z.string(),
  mediaType: z.string(),
  size: z.number(),
  /** Several images, one for each platform. */
  isIndex: z.boolean(),
  artifactType: z.string(),
  annotations: z.array(Annotation),
  images: z.array(PlatformImage),
  /** Platforms of the index beyond those that are told. */
  more: z.number(),
  referrers: z.array(Referrer),
  /** Why the referrers may not be all; empty when they are. */
  referrersProblem: z.string()
})
export type TagContent = z.output<typeof TagContent>

/** What a deletion takes away. */
export const Deletion = z.object({
  digest: z.string(),
  /** Other tags of the same image: a registry that deletes images, not tags, takes them as well. */
  others: z.array(z.string()),
  /** Tags that were not looked at, because there are too many. */
  unchecked: z.number()
})
export type Deletion = z.output<typeof Deletion>

export const repositories = {
  /** The repositories of a registry. Many public ones do not tell; that is an error that says so. */
  list: call({ params: z.object({ host: Host }), result: Names }),
  tags: call({ params: Repository, result: Names }),
  read: call({ params: Reference, result: TagContent }),
  /** What would go with a tag: asked before {@link repositories.deleteTag}. */
  deletion: call({ params: Reference, result: Deletion }),
  /** Deletes a tag, or where the registry knows only images, the image with the digest that was shown. */
  deleteTag: call({
    params: Reference.extend({ digest: z.string().max(200) }),
    result: z.object({ deleted: z.enum(['tag', 'image']) })
  })
}
