/** Registries: what images they have, searched while a name is typed, and logging in to one. */
import { z } from 'zod'
import { call, stream } from './dsl'

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

/** Where the docker CLI keeps a login. */
export const LoginPlace = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('helper'),
    /** `pass` for `docker-credential-pass`. */
    name: z.string(),
    installed: z.boolean(),
    /** Nothing names it: it is the platform's own, and named from then on. */
    detected: z.boolean()
  }),
  /** Not encrypted. */
  z.object({ kind: z.literal('file'), path: z.string() })
])
export type LoginPlace = z.output<typeof LoginPlace>

/** A registry as it is typed: `registry.example:5000`; empty for Docker Hub. */
const Host = z.string().max(300)

export const registries = {
  /** Where a login for this registry would be kept. */
  loginPlace: call({ params: z.object({ host: Host }), result: LoginPlace }),
  /**
   * Logs in as `docker login` does: the registry is asked, then the login is kept where the CLI finds it. `plain` allows
   * the file that is not encrypted.
   */
  logIn: call({
    params: z.object({
      host: Host,
      username: z.string().min(1).max(512),
      secret: z.string().min(1).max(65_536),
      plain: z.boolean()
    }),
    result: z.object({ host: z.string() })
  }),
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
