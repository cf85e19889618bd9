/**
 * What the log files of a container hold. The API does not say, and `docker system df` does not count them; for the engine on this
 * machine the files themselves do. Plain Node.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** In a container's folder: `<id>-json.log` with its rotated ones, or the folder of the driver `local`. */
const LOGS = /-json\.log(\.\d+)?(\.gz)?$/
const LOCAL = 'local-logs'

/** null where they cannot be seen: on another machine, or in folders of another user. */
export async function logBytes(dataRoot: string | null, containerId: string): Promise<number | null> {
  if (dataRoot === null || !/^[0-9a-f]{64}$/.test(containerId)) return null
  const folder = join(dataRoot, 'containers', containerId)
  try {
    const names = await readdir(folder)
    const local = names.includes(LOCAL) ? await readdir(join(folder, LOCAL)) : []
    const files = [...names.filter((name) => LOGS.test(name)), ...local.map((name) => join(LOCAL, name))]
    const sizes = await Promise.all(files.map((name) => fileBytes(join(folder, name))))
    return sizes.reduce((sum, size) => sum + size, 0)
  } catch {
    return null
  }
}

/** 0 for one that is rotated away meanwhile. */
async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    return 0
  }
}
