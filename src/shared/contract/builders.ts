/** Builders: what buildx can build with. The engine's own, and those that were made beside it. */
import { z } from 'zod'
import { call } from './dsl'

/** buildx's own rule for names. */
export const BuilderName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/)

export const BUILDER_DRIVERS = ['docker-container', 'remote', 'kubernetes'] as const

export const BuilderNode = z.object({
  name: z.string(),
  endpoint: z.string(),
  /** As buildx says it: `running`, `inactive`, `error` …; empty when it is not known. */
  status: z.string(),
  /** BuildKit's; empty while it does not run. */
  version: z.string(),
  platforms: z.array(z.string()),
  options: z.array(z.string()),
  error: z.string()
})
export type BuilderNode = z.output<typeof BuilderNode>

export const Builder = z.object({
  name: z.string(),
  driver: z.string(),
  /** What builds with that name no builder, of this app and of the CLI with the same settings. */
  current: z.boolean(),
  /** Milliseconds since the epoch; null when it never built. */
  lastActivity: z.number().nullable(),
  nodes: z.array(BuilderNode),
  error: z.string()
})
export type Builder = z.output<typeof Builder>

export const NewBuilder = z.object({
  name: BuilderName,
  driver: z.enum(BUILDER_DRIVERS),
  /** An address, a docker context, or empty for the engine in use. */
  endpoint: z.string().max(2000),
  /** `key=value` each. */
  options: z.array(z.string().min(1).max(2000)).max(100),
  platforms: z.array(z.string().min(1).max(100)).max(50)
})
export type NewBuilder = z.output<typeof NewBuilder>

const byName = z.object({ name: BuilderName })

export const builders = {
  list: call({ result: z.array(Builder) }),
  create: call({ params: NewBuilder, result: z.void() }),
  /** Makes it the one that builds use that name none. */
  use: call({ params: byName, result: z.void() }),
  stop: call({ params: byName, result: z.void() }),
  /** With its build cache, unless `keepState`. */
  remove: call({ params: byName.extend({ keepState: z.boolean() }), result: z.void() })
}
