/**
 * Tells when the docker CLI's config.json may have changed. The CLI replaces the file, so its folder is watched: the nearest one
 * that exists while there is none yet, and where the file is a symbolic link, the folder it leads to. Only for as long as it is read.
 */
import { existsSync, realpathSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, join } from 'node:path'

interface Place {
  readonly folder: string
  /** The entry of the folder that matters. */
  readonly name: string
}

/** Calls `changed` after each change; answers what ends it. */
export function watchConfig(configDir: string, changed: () => void): () => void {
  let watchers: FSWatcher[] = []
  let armed = ''

  function close(): void {
    for (const watcher of watchers) watcher.close()
    watchers = []
    armed = ''
  }
  function arm(): void {
    const places = placesOf(configDir)
    const wanted = JSON.stringify(places)
    if (wanted === armed) return
    close()
    armed = wanted
    watchers = places.flatMap(({ folder, name }) => {
      try {
        const watcher = watch(folder, { persistent: false }, (_event, entry) => {
          if (entry !== null && entry !== name) return
          arm()
          changed()
        })
        // The folder went away: what is left of it is watched from now on.
        watcher.on('error', () => {
          armed = ''
          arm()
        })
        return [watcher]
      } catch {
        // No watch to be had: the page still reads it when it is opened and when it is asked to.
        return []
      }
    })
  }

  arm()
  return close
}

function placesOf(configDir: string): Place[] {
  const path = join(configDir, 'config.json')
  const near = nearest(path)
  try {
    const target = realpathSync(path)
    const real = { folder: dirname(target), name: basename(target) }
    return real.folder === near.folder && real.name === near.name ? [near] : [near, real]
  } catch {
    return [near]
  }
}

/** The folder of the file or, while it is not there, the first one above that is, and what would appear in it. */
function nearest(path: string): Place {
  const folder = dirname(path)
  if (existsSync(folder) || folder === path) return { folder, name: basename(path) }
  return nearest(folder)
}
