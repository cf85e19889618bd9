/**
 * The page's door to main: `api.containers.start({ id })`, `api.engine.watch()`. One proxy typed by the contract, so
 * there is no list of names to keep. It knows nothing of Docker and never retries.
 */
import type { Api } from '@shared/contract'
import type { Bridge, OpenStream } from '@shared/contract/wire'
import { fromPlain } from '@shared/errors'
import { PortStream, type StreamPort } from './stream'

/** How a call and a stream leave the page; tests bring their own. */
export interface Transport {
  call: Bridge['call']
  open(name: string, params: unknown): StreamPort
}

/** Which names are streams. The page has no schemas, so the verbs that stream are told by name, checked against the contract by a test. */
export const STREAM_METHODS: ReadonlySet<string> = new Set([
  'app.navigations',
  'buildHistory.progress',
  'buildHistory.watch',
  'builds.measure',
  'builds.watch',
  'builds.watchAll',
  'containers.health',
  'containers.stats',
  'containers.statsHistory',
  'containers.watch',
  'disk.read',
  'dockerfiles.check',
  'engine.watch',
  'exec.session',
  'exec.watch',
  'files.drop',
  'files.list',
  'files.read',
  'imageFiles.open',
  'imageFiles.read',
  'imageFiles.search',
  'images.usage',
  'images.watch',
  'logins.withBrowser',
  'logs.watch',
  'packages.compare',
  'packages.list',
  'registries.search',
  'registries.watch',
  'repositories.tagRows',
  'settings.watch',
  'system.usage',
  'system.watchInfo',
  'tasks.watch'
])

export function createApi(transport: Transport): Api {
  const method = (name: string) =>
    STREAM_METHODS.has(name)
      ? (params?: unknown) => new PortStream(transport.open(name, params))
      : async (params?: unknown) => {
          const reply = await transport.call(name, params)
          if (!reply.ok) throw fromPlain(reply.error)
          return reply.value
        }
  const noun = (name: string) => memberProxy((verb) => method(`${name}.${verb}`))
  return memberProxy(noun) as unknown as Api
}

/** An object whose members are made by name, once each. */
function memberProxy(make: (name: string) => unknown): Record<string, unknown> {
  const made = new Map<string, unknown>()
  return new Proxy<Record<string, unknown>>(
    {},
    {
      get(_target, key) {
        // Anything that probes for a promise must not be handed a method named "then".
        if (typeof key !== 'string' || key === 'then') return undefined
        if (!made.has(key)) made.set(key, make(key))
        return made.get(key)
      }
    }
  )
}

/** The transport of the real window: preload's one function, and a channel handed over by a window message. */
export function windowTransport(bridge: Bridge): Transport {
  return {
    call: (name, params) => bridge.call(name, params),
    open(name, params) {
      const { port1, port2 } = new MessageChannel()
      const message: OpenStream = { type: 'quayside:open-stream', name, params }
      window.postMessage(message, window.location.origin, [port2])
      return {
        receive(listener) {
          port1.onmessage = (event: MessageEvent<unknown>) => {
            listener(event.data)
          }
        },
        post(frame) {
          port1.postMessage(frame)
        },
        close() {
          port1.close()
        }
      }
    }
  }
}
