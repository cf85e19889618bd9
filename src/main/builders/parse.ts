/** `buildx ls --format json`: one builder a line. Pure. */
import { z } from 'zod'
import type { Builder } from '@shared/contract/builders'
import { oneLine } from '@shared/docker/text'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? [])
/** buildx writes options as an object, older ones as a list. */
const options = z
  .union([z.record(z.string(), z.string()), z.array(z.string())])
  .nullish()
  .transform((value) => {
    if (value === null || value === undefined) return []
    return Array.isArray(value) ? value : Object.entries(value).map(([key, one]) => `${key}=${one}`)
  })

const Node = z.object({
  Name: text,
  Endpoint: text,
  Status: text,
  Version: text,
  Platforms: texts,
  DriverOpts: options,
  Err: text
})
const Line = z.object({
  Name: z.string(),
  Driver: text,
  Current: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  LastActivity: text,
  Err: text,
  Nodes: z
    .array(Node)
    .nullish()
    .transform((list) => list ?? [])
})

/** Lines that are no builder are left out. */
export function parseBuilders(output: string): Builder[] {
  return output.split('\n').flatMap((line) => {
    const parsed = Line.safeParse(jsonOf(line))
    if (!parsed.success) return []
    const { Name, Driver, Current, LastActivity, Err, Nodes } = parsed.data
    const active = Date.parse(LastActivity)
    return [
      {
        name: Name,
        driver: Driver,
        current: Current,
        // Go writes the year 1 for "never".
        lastActivity: active > 0 ? active : null,
        error: oneLine(Err, 1000),
        nodes: Nodes.map((node) => ({
          name: node.Name,
          endpoint: oneLine(node.Endpoint, 500),
          status: node.Status,
          version: node.Version,
          platforms: node.Platforms,
          options: node.DriverOpts,
          error: oneLine(node.Err, 1000)
        }))
      }
    ]
  })
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
