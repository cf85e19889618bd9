/** Which file an `app://quayside/…` address means; none outside the page's folder ever. Used by the protocol, pure. */
import { join, normalize, sep } from 'node:path'

/** The file below `folder` that an address means, or null when it means none. */
export function pageFile(folder: string, address: string): string | null {
  const url = new URL(address)
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch {
    return null
  }
  if (url.host !== 'quayside' || path.includes('\0')) return null
  const file = normalize(join(folder, path === '/' ? 'index.html' : path))
  return file.startsWith(folder + sep) ? file : null
}
