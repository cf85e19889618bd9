/** Where a program is, as a shell would find it. Used for what the docker CLI and clouds put on the PATH. */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { SYSTEM_PATH } from './child-process'

const ENDINGS = process.platform === 'win32' ? ['.exe'] : ['']

/** Its path; null when it is in no folder of `path`. Relative folders are left out: they depend on where the app was started. */
export async function findProgram(name: string, path = SYSTEM_PATH): Promise<string | null> {
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder))
  for (const program of folders.flatMap((folder) => ENDINGS.map((ending) => join(folder, name + ending)))) {
    try {
      await access(program, constants.X_OK)
      return program
    } catch {
      // The next folder may have it.
    }
  }
  return null
}
