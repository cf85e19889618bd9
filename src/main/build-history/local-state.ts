/**
 * What buildx wrote down about the builds it started, in its own folder beside the CLI's configuration. Read only, and only the
 * file of a build that is asked for. Called by service.ts.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { LocalState } from './names'

const State = z.object({ LocalPath: z.string().default(''), DockerfilePath: z.string().default('') })

export interface FoundState {
  readonly state: LocalState
  /** The builder that ran it, in buildx's words. */
  readonly builder: string
}

/** Looks a build up under every builder and node of these folders; null when buildx knows nothing of it. */
export async function findLocalState(folders: readonly string[], ref: string): Promise<FoundState | null> {
  for (const folder of folders) {
    const refs = join(folder, 'refs')
    for (const builder of await foldersIn(refs)) {
      for (const node of await foldersIn(join(refs, builder))) {
        const state = await readState(join(refs, builder, node, ref))
        if (state !== null) return { state, builder }
      }
    }
  }
  return null
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    // What buildx groups builds of one command by is in a folder with this name.
    return entries
      .filter((entry) => entry.isDirectory() && entry.name !== '__group__')
      .map(({ name }) => name)
  } catch {
    return []
  }
}

async function readState(file: string): Promise<LocalState | null> {
  try {
    const parsed = State.safeParse(JSON.parse(await readFile(file, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
