/** Docker Hub's own pages, by its public API: a search, what it says of a repository, and its tags. No login goes along. */
import { z } from 'zod'
import { call } from './dsl'

const Page = z.number().int().min(1).max(1000)
/** As images name it: `nginx`, `team/app`, `library/nginx`. */
const Name = z.string().min(1).max(255)

export const HubFound = z.object({
  /** `library/nginx`. */
  repository: z.string(),
  description: z.string(),
  official: z.boolean(),
  stars: z.number(),
  pulls: z.number()
})
export type HubFound = z.output<typeof HubFound>

export const HubSearch = z.object({
  /** All that there are, on all pages. */
  total: z.number(),
  found: z.array(HubFound),
  more: z.boolean()
})
export type HubSearch = z.output<typeof HubSearch>

export const HubRepository = z.object({
  repository: z.string(),
  description: z.string(),
  /** What its page says, as it was written (Markdown). */
  overview: z.string(),
  overviewCut: z.boolean(),
  official: z.boolean(),
  stars: z.number(),
  pulls: z.number(),
  /** ISO 8601; null when it does not say. */
  updated: z.string().nullable(),
  registered: z.string().nullable(),
  categories: z.array(z.string())
})
export type HubRepository = z.output<typeof HubRepository>

export const HubTag = z.object({
  name: z.string(),
  digest: z.string(),
  updated: z.string().nullable(),
  images: z.array(z.object({ platform: z.string(), size: z.number() }))
})
export type HubTag = z.output<typeof HubTag>

export const HubTags = z.object({ total: z.number(), tags: z.array(HubTag), more: z.boolean() })
export type HubTags = z.output<typeof HubTags>

export const hub = {
  /** By what is asked for, its own order kept. */
  search: call({ params: z.object({ text: z.string().min(1).max(200), page: Page }), result: HubSearch }),
  repository: call({ params: z.object({ repository: Name }), result: HubRepository }),
  /** The newest first; `text` is part of their names. */
  tags: call({
    params: z.object({ repository: Name, text: z.string().max(128), page: Page }),
    result: HubTags
  })
}
