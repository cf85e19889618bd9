/** The whole path of a call and a stream without Electron: client, Node MessageChannel, router, handler. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { z } from 'zod'
import { createApi, type Transport } from '@/api/client'
import { serverPort } from '@main/ipc/port'
import { Router } from '@main/ipc/router'
import { silentLogger, type LogFields } from '@main/platform/logger'
import { call, stream, type Api, type Contract } from '@shared/contract/dsl'

/** A contract with one of each kind. Its stream names are among those the page knows as streams. */
export const testContract = {
  containers: {
    start: call({ params: z.object({ id: z.string() }), result: z.object({ id: z.string() }) }),
    stats: stream({ params: z.object({ count: z.number() }), item: z.number(), delivery: 'latest' }),
    watch: stream({ item: z.number(), delivery: 'state' })
  },
  engine: {
    watch: stream({
      params: z.object({ count: z.number() }),
      item: z.number(),
      input: z.string(),
      end: z.string(),
      delivery: 'lossless'
    })
  }
}

export interface Harness<C extends Contract = typeof testContract> {
  readonly api: Api<C>
  readonly router: Router
  readonly warnings: { message: string; fields: LogFields | undefined; error: unknown }[]
  /** The page's ends of every stream opened, newest last. */
  readonly ports: MessagePort[]
  close(): void
}

export function harness(handlers: Record<string, Record<string, unknown>>): Harness {
  return harnessOf(testContract, handlers)
}

/** The same for the app's own contract, or a part of it. */
export function harnessOf<C extends Contract>(
  contract: C,
  handlers: Record<string, Record<string, unknown>>
): Harness<C> {
  const warnings: Harness['warnings'] = []
  const router = new Router({
    contract,
    handlers,
    checkResults: true,
    now: () => performance.now(),
    log: { ...silentLogger, warn: (message, fields, error) => warnings.push({ message, fields, error }) }
  })
  const ports: MessagePort[] = []
  const transport: Transport = {
    call: async (name, params) =>
      structuredClone(
        await router.call(name, structuredClone(params), undefined, new AbortController().signal)
      ),
    open(name, params) {
      const { port1, port2 } = new MessageChannel()
      ports.push(port1)
      void router.stream(
        name,
        params,
        undefined,
        serverPort(port2, (data) => data)
      )
      return {
        receive: (listener) => void port1.on('message', listener),
        post: (frame) => port1.postMessage(frame),
        close: () => port1.close()
      }
    }
  }
  return {
    api: createApi(transport) as unknown as Api<C>,
    router,
    warnings,
    ports,
    close: () => ports.forEach((port) => port.close())
  }
}
