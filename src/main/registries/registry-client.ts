/**
 * Reads a registry's catalogue and tags over HTTP, without credentials. A registry is not trusted: what it sends is
 * bounded in size, pages and time, names are checked, and a redirection is not followed.
 */
import http from 'node:http'
import https from 'node:https'
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { AppError } from '@shared/errors'
import { parseReference } from '@shared/docker/reference'
import { isLoopback } from './known-hosts'
import { registryConnectionError, registryReplyError } from './registry-errors'

const MAX_BODY = 4 * 1024 * 1024
const MAX_PAGES = 5
const PAGE_SIZE = 1000
const DEADLINE_MS = 10_000

/** Names that a registry lists; `cut` when it has more than were read. */
export interface Listing {
  readonly names: readonly string[]
  readonly cut: boolean
}

const Catalog = z.object({ repositories: z.array(z.unknown()).nullish() })
const Tags = z.object({ tags: z.array(z.unknown()).nullish() })

/** The repositories of a registry. Many public ones do not tell; that is an error that says so. */
export async function listRepositories(host: string, signal: AbortSignal): Promise<Listing> {
  const valid = (name: string): boolean => parseReference(`${host}/${name}`).ok
  return list(host, '/v2/_catalog', (body) => Catalog.parse(body).repositories, valid, signal)
}

/** The tags of a repository. */
export async function listTags(host: string, repository: string, signal: AbortSignal): Promise<Listing> {
  const valid = (tag: string): boolean => parseReference(`${host}/${repository}:${tag}`).ok
  return list(host, `/v2/${repository}/tags/list`, (body) => Tags.parse(body).tags, valid, signal)
}

async function list(
  host: string,
  path: string,
  pick: (body: unknown) => unknown[] | null | undefined,
  valid: (name: string) => boolean,
  signal: AbortSignal
): Promise<Listing> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)])
  const names = new Set<string>()
  let next: string | null = `${path}?n=${PAGE_SIZE}`
  for (let page = 0; next !== null && page < MAX_PAGES; page += 1) {
    const reply = await read(host, next, deadline)
    for (const name of picked(host, pick, reply.body)) {
      if (typeof name === 'string' && valid(name)) names.add(name)
    }
    next = nextPage(host, path, reply.link)
  }
  return { names: [...names], cut: next !== null }
}

function picked(host: string, pick: (body: unknown) => unknown[] | null | undefined, body: string) {
  try {
    return pick(JSON.parse(body)) ?? []
  } catch (cause) {
    throw new AppError('System', `${host} did not answer as a registry does.`, {
      hint: 'Check that the address is that of a registry.',
      cause
    })
  }
}

/** Where the list goes on, of `Link: </v2/_catalog?last=x&n=1000>; rel="next"`: only within the same list of the same host. */
function nextPage(host: string, path: string, link: string): string | null {
  const target = /<([^>]{1,2000})>\s*;\s*rel="?next"?/i.exec(link)?.[1]
  if (target === undefined || !URL.canParse(target, `https://${host}${path}`)) return null
  const url = new URL(target, `https://${host}${path}`)
  const same = url.host === new URL(`https://${host}`).host && url.pathname === path
  return same ? `${path}${url.search}` : null
}

interface Reply {
  readonly body: string
  readonly link: string
}

/** HTTPS; for a registry of this machine plain HTTP when that fails, as the engine does it. */
async function read(host: string, path: string, signal: AbortSignal): Promise<Reply> {
  try {
    return await readOver('https', host, path, signal)
  } catch (error) {
    if (!isLoopback(host) || error instanceof AppError || signal.aborted) throw failure(host, error, signal)
  }
  return readOver('http', host, path, signal).catch((error: unknown) => {
    throw failure(host, error, signal)
  })
}

function failure(host: string, error: unknown, signal: AbortSignal): unknown {
  return registryConnectionError(host, signal.aborted ? signal.reason : error)
}

function readOver(scheme: 'http' | 'https', host: string, path: string, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { signal, agent: false as const, headers: { accept: 'application/json' } }
    // On this machine's own registries nobody else listens in, and their certificates are rarely signed.
    const request =
      scheme === 'http'
        ? http.get(`http://${host}${path}`, options)
        : https.get(`https://${host}${path}`, { ...options, rejectUnauthorized: !isLoopback(host) })
    request.on('error', reject)
    request.on('response', (reply: IncomingMessage) => {
      readBody(host, reply).then(resolve, (error: unknown) => {
        request.destroy()
        reject(error instanceof Error ? error : new Error('The reply cannot be read.'))
      })
    })
  })
}

async function readBody(host: string, reply: IncomingMessage): Promise<Reply> {
  const status = reply.statusCode ?? 0
  if (status !== 200) throw registryReplyError(host, status, reply.headers)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) {
      throw new AppError('System', `${host} sends a list that does not end.`, {
        hint: 'Type the whole name of the image instead.'
      })
    }
    chunks.push(chunk)
  }
  return { body: Buffer.concat(chunks).toString('utf8'), link: String(reply.headers['link'] ?? '') }
}
