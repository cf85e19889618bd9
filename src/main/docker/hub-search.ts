/** Docker Hub's search through the engine, as `docker search` does it. Called by handlers/registries. */
import { z } from 'zod'
import { oneLine } from '@shared/docker/text'
import type { FoundImage } from '@shared/contract/registries'
import { withSignal, type DockerClient } from './client'
import { parseRows } from './rows'

/** As many as `docker search` shows by default. */
const LIMIT = 25

const Row = z.object({
  name: z.string().max(255),
  description: z.string().nullish(),
  is_official: z.boolean().nullish(),
  star_count: z.number().nullish()
})

/** What Docker Hub has for `term`, its own order kept. The engine asks the Hub, with the engine's network and proxy. */
export async function searchHub(
  client: DockerClient,
  term: string,
  signal: AbortSignal
): Promise<FoundImage[]> {
  const options = { term, limit: LIMIT }
  const reply = await client.request(withSignal({ path: '/images/search?', options }, signal))
  return parseRows(Row, reply).map((row) => ({
    name: oneLine(row.name),
    description: oneLine(row.description ?? '', 200),
    official: row.is_official === true,
    stars: row.star_count ?? 0
  }))
}
