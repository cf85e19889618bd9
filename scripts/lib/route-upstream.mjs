// The engine from upstream's static builds: each download is pinned by its sha256 in resources/engine.json and
// refused when it differs.
import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { tgzMembers } from './archive.mjs'
import { verifyFile } from './hash.mjs'
import { megabytes, messageOf } from './log.mjs'
import { insideOf } from './paths.mjs'
import { whyNotHere } from './starts.mjs'

/** How long the first answer may take; an unreachable host is not waited for. */
const ANSWER_MS = 15_000
const WHOLE_MS = 20 * 60_000

/**
 * Downloads a file.
 * @param {string} url
 * @param {string} file
 */
export async function download(url, file) {
  const abort = new AbortController()
  let timer = setTimeout(() => abort.abort(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS)
  try {
    const response = await fetch(url, { signal: abort.signal })
    clearTimeout(timer)
    timer = setTimeout(() => abort.abort(new Error(`not complete within ${WHOLE_MS / 60_000} min`)), WHOLE_MS)
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`)
    const body = /** @type {import('node:stream/web').ReadableStream} */ (response.body)
    await pipeline(Readable.fromWeb(body), fs.createWriteStream(file))
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : ''
    throw new Error(`Cannot download ${url}: ${cause || messageOf(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Fetches one component into the stage.
 * @param {import('./engine-spec.mjs').UpstreamComponent} component
 * @param {{ stage: string, work: string, checks: Record<string, string[]>, say: (message: string) => void }} context
 * @returns {Promise<import('./route-debian.mjs').Fetched>}
 */
export async function fetchUpstream(component, { stage, work, checks, say }) {
  const { name, version, url, sha256 } = component
  if (!sha256) throw new Error(`No checksum is known for ${name}: it is not downloaded.`)
  const archive = path.join(work, `${name}.download`)
  await download(url, archive)
  await verifyFile(archive, sha256)
  const paths = Object.keys(component.files)
  /** @type {Map<string, string>} */
  const members = new Map()
  for (const target of paths) {
    const file = insideOf(stage, target)
    await fsp.mkdir(path.dirname(file), { recursive: true })
    members.set(component.files[target]?.[0] ?? '', file)
  }
  if (component.kind === 'tgz') await tgzMembers(archive, members)
  else for (const file of members.values()) await fsp.copyFile(archive, file)
  for (const target of paths) {
    const file = insideOf(stage, target)
    await fsp.chmod(file, 0o755)
    const args = checks[target]
    const reason = args ? await whyNotHere(file, args) : null
    if (reason) throw new Error(`${name} ${version} does not start here: ${reason}`)
  }
  say(`${name} ${version} (upstream, ${megabytes((await fsp.stat(archive)).size)})`)
  await fsp.rm(archive)
  return { name, version, url, sha256, paths }
}
