/** Registries: what images they have, searched while a name is typed. */
import { z } from 'zod'
import { stream } from './dsl'

/** One image that was found, as it is pulled. */
export const FoundImage = z.object({
  /** `nginx`, `registry.example/team/app` or `registry.example/team/app:1.2`. */
  name: z.string(),
  /** Docker Hub's own words about it; empty elsewhere. */
  description: z.string(),
  official: z.boolean(),
  stars: z.number()
})
export type FoundImage = z.output<typeof FoundImage>

/** Where is searched, and how far that is. */
export const SearchSource = z.object({
  /** `Docker Hub`, or a registry's host as images name it. */
  name: z.string(),
  state: z.enum(['searching', 'done', 'failed']),
  found: z.array(FoundImage),
  /** There is more than was read: what is typed has to say more. */
  cut: z.boolean(),
  /** Why it could not be searched; empty unless it failed. */
  problem: z.string(),
  hint: z.string()
})
export type SearchSource = z.output<typeof SearchSource>

export const registries = {
  /**
   * Images whose name goes on from `text`: repositories of Docker Hub and of the registries the CLI is set up for, or
   * the tags once a colon was typed. Every item is the whole state. Closing is cancelling.
   */
  search: stream({
    params: z.object({ text: z.string().max(512) }),
    item: z.array(SearchSource),
    delivery: 'latest'
  })
}
