/** Which image was built on which: what `docker commit` and the classic builder say of an image's parent. */
import { z } from 'zod'
import { withSignal, type DockerClient } from './client'
import { parseRows } from './rows'

/** By image id: the image it was built on. */
export type Parents = ReadonlyMap<string, string>

const Row = z.object({ Id: z.string(), ParentId: z.string().default('') })

/** Of every image, the nameless ones in between included. */
export async function imageParents(client: DockerClient, signal?: AbortSignal): Promise<Parents> {
  const reply = await client.docker.listImages(withSignal({ all: true }, signal))
  const rows = parseRows(Row, reply).filter((row) => row.ParentId !== '')
  return new Map(rows.map((row) => [row.Id, row.ParentId]))
}

/** By image id: those built directly on it. */
export function childrenOf(parents: Parents): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>()
  for (const [id, parent] of parents) {
    const known = children.get(parent)
    if (known === undefined) children.set(parent, [id])
    else known.push(id)
  }
  return children
}

/** Everything built on an image, at any remove. */
export function descendants(id: string, children: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = new Set<string>()
  const open = [id]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const child of children.get(at) ?? []) {
      if (found.has(child)) continue
      found.add(child)
      open.push(child)
    }
  }
  return [...found]
}

/** `ids` in an order in which each comes after what was built on it. */
export function deepestFirst(ids: readonly string[], parents: Parents): readonly string[] {
  const depth = (id: string): number => {
    const seen = new Set<string>()
    for (let at = parents.get(id); at !== undefined && !seen.has(at); at = parents.get(at)) seen.add(at)
    return seen.size
  }
  const depths = new Map(ids.map((id) => [id, depth(id)]))
  return [...ids].sort((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0))
}
