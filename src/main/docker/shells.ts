/**
 * Which shells a container has, found by asking for their files: nothing is run, no tool of the image is needed, and it
 * works while the container is stopped or paused. Called by handlers/exec and main/terminals.
 */
import { z } from 'zod'
import { AppError } from '@shared/errors'
import { segment, type DockerClient } from './client'

/** By how well one works in them; every one of these takes `-c`. */
export const SHELL_NAMES = ['bash', 'zsh', 'fish', 'ash', 'dash', 'ksh', 'sh'] as const

/** Where they are looked for besides the container's own PATH. */
const FOLDERS = ['/bin', '/usr/bin', '/usr/local/bin']
const MOST_FOLDERS = 12
/** Go's os.FileMode, as the engine sends it. */
const FOLDER_BIT = 0x8000_0000
const LINK_BIT = 0x0800_0000
const EXECUTABLE = 0o111

const PathStat = z.object({ mode: z.number(), linkTarget: z.string().nullish() })

/** The shells' paths, the one to prefer first, each name once. `path` is the container's PATH. */
export async function findShells(
  client: DockerClient,
  containerId: string,
  path: string | undefined,
  signal?: AbortSignal
): Promise<string[]> {
  const folders = searchFolders(path)
  const found = await Promise.all(
    SHELL_NAMES.map(async (name) => {
      for (const folder of folders) {
        if (await isProgram(client, containerId, `${folder}/${name}`, signal)) return `${folder}/${name}`
      }
      return null
    })
  )
  return found.filter((shell) => shell !== null)
}

/** The folders of a PATH, then the usual ones; relative and odd entries are left out. */
export function searchFolders(path: string | undefined): string[] {
  const own = (path ?? '').split(':').filter((folder) => folder.startsWith('/') && folder.length < 256)
  const all = [...FOLDERS, ...own.map((folder) => folder.replace(/\/+$/, ''))]
  return [...new Set(all)].slice(0, MOST_FOLDERS)
}

async function isProgram(
  client: DockerClient,
  containerId: string,
  path: string,
  signal: AbortSignal | undefined,
  follow = true
): Promise<boolean> {
  const stat = await statPath(client, containerId, path, signal)
  if (stat === null || stat.mode & FOLDER_BIT) return false
  if (!(stat.mode & LINK_BIT)) return (stat.mode & EXECUTABLE) !== 0
  // The engine has followed the whole chain of links already: the target is a file, or nothing.
  const target = stat.linkTarget ?? ''
  return follow && target !== '' && (await isProgram(client, containerId, target, signal, false))
}

async function statPath(
  client: DockerClient,
  containerId: string,
  path: string,
  signal: AbortSignal | undefined
): Promise<z.output<typeof PathStat> | null> {
  try {
    const headers = await client.headers(`/containers/${segment(containerId)}/archive`, { path }, signal)
    const text = Buffer.from(String(headers['x-docker-container-path-stat'] ?? ''), 'base64').toString()
    return PathStat.parse(JSON.parse(text))
  } catch (error) {
    // No such file; an answer that cannot be read is no program either. What concerns the engine is not swallowed.
    if (error instanceof AppError && error.code !== 'NotFound') throw error
    return null
  }
}
