/** What is in a registry: repositories, their tags, and what stands behind a tag. Read from the registry itself, without an engine. */
import { z } from 'zod'
import { call, stream } from './dsl'

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
  referrersProblem: z.string(),
  /** Rate limits, where the registry tells them: `ratelimit-remaining`, `97;w=21600`. */
  limits: z.array(z.object({ name: z.string(), value: z.string() }))
})
export type TagContent = z.output<typeof TagContent>

/** A line of the table "Tags". */
export const TagRow = z.object({
  tag: z.string(),
  /** Null when it could not be read. */
  digest: z.string().nullable(),
  /** `linux/amd64`; empty ones where the image does not say. */
  platforms: z.array(z.string()),
  /** Of which size and date are: this machine's, or the only one; empty when there is none. */
  platform: z.string(),
  /** Of its compressed layers and its configuration: what a pull transfers. */
  size: z.number().nullable(),
  created: z.string().nullable(),
  /** Why something is missing; empty when nothing is. */
  problem: z.string()
})
export type TagRow = z.output<typeof TagRow>

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
  /** What stands behind some tags, each as it is read. Closing is giving up. */
  tagRows: stream({
    params: Repository.extend({ tags: z.array(z.string().min(1).max(200)).min(1).max(100) }),
    item: TagRow,
    delivery: 'lossless'
  }),
  read: call({ params: Reference, result: TagContent }),
  /**
   * Copies an image to another repository or registry as a task, past the engine. `digests` are the images of an index that are wanted,
   * none for all. With `replace` a tag that leads to another image there is moved; without it that is a conflict.
   */
  copy: call({
    params: Reference.extend({
      /** `registry.example/team/app:1`. */
      to: z.string().min(1).max(600),
      digests: z.array(z.string().max(200)).max(300),
      /** Signatures, SBOMs and attestations beside the image as well. */
      about: z.boolean(),
      replace: z.boolean()
    }),
    result: z.object({
      taskId: z.string(),
      /** Where it goes, as a page names it. */
      host: z.string(),
      repository: z.string(),
      tag: z.string()
    })
  }),
  /** What would go with a tag: asked before {@link repositories.deleteTag}. */
  deletion: call({ params: Reference, result: Deletion }),
  /** Deletes a tag, or where the registry knows only images, the image with the digest that was shown. */
  deleteTag: call({
    params: Reference.extend({ digest: z.string().max(200) }),
    result: z.object({ deleted: z.enum(['tag', 'image']) })
  })
}
