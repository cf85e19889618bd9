/** Serves the page's own files at `app://quayside/` with a strict policy. Nothing outside `out/renderer` can be read through it. */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { protocol, type Session } from 'electron'
import { pageFile } from './page-file'

export const PAGE_SCHEME = 'app'
export const PAGE_ORIGIN = 'app://quayside'

/** Must run before the app is ready: a standard, secure scheme has an origin that can be checked. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: PAGE_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }
  ])
}

/**
 * Inline styles are allowed because the virtual list places its rows with them; scripts never are. Pictures may come from
 * blobs the page made of a container's file: an image element runs nothing, whatever an SVG says.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2'
}

/** Starts serving `folder` to a session's pages. */
export function servePage(session: Session, folder: string): void {
  session.protocol.handle(PAGE_SCHEME, async (request) => {
    const file = pageFile(folder, request.url)
    const type = file === null ? undefined : TYPES[extname(file)]
    if (file === null || type === undefined) return new Response('Not found', { status: 404 })
    try {
      return new Response(new Uint8Array(await readFile(file)), {
        headers: {
          'content-type': type,
          'content-security-policy': POLICY,
          'x-content-type-options': 'nosniff'
        }
      })
    } catch {
      return new Response('Not found', { status: 404 })
    }
  })
}
