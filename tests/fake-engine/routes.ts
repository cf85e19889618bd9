/** The fake engine's paths: only what Quayside asks for; everything else is "page not found", as on a real one. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fakeId } from './fixtures'
import { containerInspect, containerRow, diskUsage, imageRows, info, statsSample } from './replies'
import { Refusal, type FakeState } from './state'

export interface Ask {
  readonly state: FakeState
  readonly request: IncomingMessage
  readonly reply: ServerResponse
  readonly query: URLSearchParams
  readonly eventListeners: Set<ServerResponse>
  /** The parts of the path that stood for `*`. */
  readonly args: readonly string[]
}

type Route = readonly [method: string, pattern: RegExp, answer: (ask: Ask) => void | Promise<void>]

const VERSION = { Version: '28.5.2', ApiVersion: '1.51', MinAPIVersion: '1.24', Os: 'linux', Arch: 'amd64' }

function json(reply: ServerResponse, value: unknown, status = 200): void {
  reply.writeHead(status, { 'Content-Type': 'application/json' })
  reply.end(JSON.stringify(value))
}

function done(reply: ServerResponse, changed = true): void {
  reply.writeHead(changed ? 204 : 304)
  reply.end()
}

async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** `filters` as the engine reads it: a list, or the older map of booleans, for each name. */
function filter(query: URLSearchParams, name: string): string[] | null {
  const parsed = JSON.parse(query.get('filters') ?? '{}') as Record<
    string,
    string[] | Record<string, boolean>
  >
  const wanted = parsed[name]
  if (wanted === undefined) return null
  return Array.isArray(wanted) ? wanted : Object.keys(wanted)
}

function listContainers({ state, reply, query }: Ask): void {
  const ids = filter(query, 'id')
  const all = query.get('all') === 'true' || query.get('all') === '1'
  const chosen =
    ids === null
      ? [...state.containers.values()]
      : ids.flatMap((id) => {
          const one = state.containers.get(id)
          return one === undefined ? [] : [one]
        })
  json(
    reply,
    chosen.filter((one) => all || one.State === 'running' || one.State === 'paused').map(containerRow)
  )
}

function events({ state, reply, query, eventListeners, request }: Ask): void {
  reply.writeHead(200, { 'Content-Type': 'application/json' })
  reply.flushHeaders()
  eventListeners.add(reply)
  const since = query.has('since') ? Number(query.get('since')) : null
  const stop = state.subscribe(since, (event) => reply.write(`${JSON.stringify(event)}\n`))
  request.on('close', () => {
    stop()
    eventListeners.delete(reply)
  })
}

function stats({ state, reply, request, args, query }: Ask): void {
  const container = state.container(args[0] ?? '')
  if (query.get('stream') === 'false') return json(reply, container.State === 'running' ? statsSample(0) : {})
  reply.writeHead(200, { 'Content-Type': 'application/json' })
  let tick = 0
  let timer: NodeJS.Timeout | undefined
  const next = (): void => {
    if (container.State !== 'running') {
      reply.end()
      return
    }
    reply.write(`${JSON.stringify(statsSample(tick))}\n`)
    tick += 1
    timer = setTimeout(next, 100)
  }
  state.statsStreams += 1
  request.on('close', () => {
    clearTimeout(timer)
    state.statsStreams -= 1
  })
  next()
}

async function create({ state, reply, query, request }: Ask): Promise<void> {
  const parsed = JSON.parse((await body(request)).toString('utf8')) as Parameters<FakeState['create']>[1]
  const container = state.create(query.get('name') ?? '', parsed)
  json(reply, { Id: container.Id, Warnings: [] }, 201)
}

/** Takes any archive; what it "holds" is one image named after the number of its bytes. */
async function load({ state, reply, request }: Ask): Promise<void> {
  const bytes = await body(request)
  reply.writeHead(200, { 'Content-Type': 'application/json' })
  if (bytes.length === 0) {
    reply.end(`${JSON.stringify({ errorDetail: { message: 'unexpected EOF' }, error: 'unexpected EOF' })}\n`)
    return
  }
  const tag = `loaded/bytes${bytes.length}:latest`
  const id = `sha256:${fakeId('i', 0xe000_0000 + state.images.size)}`
  state.addImage({ Id: id, RepoTags: [tag], Created: 0, Size: bytes.length, Labels: {} }, 'load')
  reply.end(`${JSON.stringify({ stream: `Loaded image: ${tag}\n` })}\n`)
}

/** There is no registry behind the fake engine. */
function pull({ query }: Ask): never {
  const repository = (query.get('fromImage') ?? '').replace(/:[^:/]*$/, '')
  throw new Refusal(
    404,
    `pull access denied for ${repository}, repository does not exist or may require 'docker login': ` +
      'denied: requested access to the resource is denied'
  )
}

const container = (ask: Ask) => ask.state.container(ask.args[0] ?? '')
const NAME = '([^/]+)'

const ROUTES: readonly Route[] = [
  ['GET', /^\/version$/, ({ reply }) => json(reply, VERSION)],
  ['GET', /^\/info$/, ({ state, reply, eventListeners }) => json(reply, info(state, eventListeners.size))],
  ['GET', /^\/events$/, events],
  ['GET', /^\/system\/df$/, ({ state, reply }) => json(reply, diskUsage(state))],
  ['GET', /^\/containers\/json$/, listContainers],
  ['POST', /^\/containers\/create$/, create],
  [
    'GET',
    new RegExp(`^/containers/${NAME}/json$`),
    (ask) => json(ask.reply, containerInspect(container(ask), ask.query.get('size') === 'true'))
  ],
  ['GET', new RegExp(`^/containers/${NAME}/stats$`), stats],
  [
    'POST',
    new RegExp(`^/containers/${NAME}/start$`),
    (ask) => done(ask.reply, ask.state.start(container(ask)))
  ],
  [
    'POST',
    new RegExp(`^/containers/${NAME}/stop$`),
    (ask) => done(ask.reply, ask.state.stop(container(ask)))
  ],
  [
    'POST',
    new RegExp(`^/containers/${NAME}/restart$`),
    (ask) => (ask.state.restart(container(ask)), done(ask.reply))
  ],
  [
    'POST',
    new RegExp(`^/containers/${NAME}/pause$`),
    (ask) => (ask.state.pause(container(ask)), done(ask.reply))
  ],
  [
    'POST',
    new RegExp(`^/containers/${NAME}/unpause$`),
    (ask) => (ask.state.unpause(container(ask)), done(ask.reply))
  ],
  [
    'POST',
    new RegExp(`^/containers/${NAME}/rename$`),
    (ask) => (ask.state.rename(container(ask), ask.query.get('name') ?? ''), done(ask.reply))
  ],
  [
    'DELETE',
    new RegExp(`^/containers/${NAME}$`),
    (ask) => (ask.state.remove(container(ask), ask.query.get('force') === 'true'), done(ask.reply))
  ],
  ['GET', /^\/images\/json$/, ({ state, reply }) => json(reply, imageRows(state))],
  ['POST', /^\/images\/load$/, load],
  ['POST', /^\/images\/create$/, pull],
  ['GET', /^\/images\/(.+)\/json$/, ({ state, reply, args }) => json(reply, state.image(args[0] ?? ''))],
  ['DELETE', /^\/images\/(.+)$/, ({ state, reply, args }) => json(reply, state.removeImage(args[0] ?? ''))]
]

/** Answers one request whose path has no version prefix any more. */
export async function answer(path: string, ask: Omit<Ask, 'args'>): Promise<void> {
  const { request, reply } = ask
  if (path === '/_ping') {
    reply.writeHead(200, { 'Api-Version': VERSION.ApiVersion, 'Content-Type': 'text/plain' })
    reply.end('OK')
    return
  }
  try {
    for (const [method, pattern, route] of ROUTES) {
      const match = method === request.method ? pattern.exec(path) : null
      if (match === null) continue
      await route({ ...ask, args: match.slice(1).map(decodeURIComponent) })
      return
    }
    throw new Refusal(404, 'page not found')
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    json(reply, { message: error.message }, error.status)
  }
}
