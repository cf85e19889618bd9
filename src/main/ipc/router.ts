/**
 * Finds the handler of a name, checks what comes in, and turns what goes wrong into plain errors. It knows no Electron:
 * ipc/electron.ts feeds it in the app, a Node MessageChannel in tests. The one place where calls are timed and logged.
 */
import type { z } from 'zod'
import type { CallSpec, Contract, Spec, StreamSpec } from '@shared/contract/dsl'
import { payloadExceeds } from '@shared/contract/payload'
import { MAX_PARAMS_BYTES, type CallReply, type UpFrame } from '@shared/contract/wire'
import { AppError, toAppError, toPlain } from '@shared/errors'
import type { Logger } from '@main/platform/logger'
import type { CallContext, StreamContext } from './handler'
import { InputQueue } from './inputs'
import type { ServerPort } from './port'
import { Credit, pump } from './stream-pump'
import { TokenBucket } from './token-bucket'

/** Streams a page may hold open at once; each may cost a connection to the engine. */
export const MAX_STREAMS = 96

export interface RouterOptions {
  readonly contract: Contract
  /** Typed where they are written (`satisfies Handlers[…]`); here they are looked up by name. */
  readonly handlers: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly log: Logger
  /** Checks results and items against the contract too: an alarm for drift, on in development and in tests. */
  readonly checkResults: boolean
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

/** Compiling a checker (Zod's default) pays for thousands of values alike, not for the few parameters of a start. */
const ONCE = { jitless: true }

type CallHandler = (params: unknown, context: CallContext) => Promise<unknown>
type StreamHandler = (
  params: unknown,
  context: StreamContext<unknown>
) => AsyncGenerator<unknown, unknown, undefined>

export class Router {
  readonly #options: RouterOptions
  readonly #bucket: TokenBucket
  readonly counters = { calls: 0, refused: 0, streamsOpen: 0, itemsSent: 0 }

  constructor(options: RouterOptions) {
    this.#options = options
    this.#bucket = new TokenBucket(4000, 1000, options.now)
  }

  /** Answers one call. Never rejects: what goes wrong is in the reply. */
  async call(name: unknown, params: unknown, refusal: unknown, signal: AbortSignal): Promise<CallReply> {
    const started = this.#options.now()
    this.counters.calls += 1
    try {
      const { spec, handler } = this.#find(name, 'call')
      const input = this.#parse(spec, params, refusal)
      const value = await (handler as CallHandler)(input, { signal })
      if (this.#options.checkResults) assertMatches(spec.result, value, String(name))
      this.#options.log.debug('call', {
        call: String(name),
        durationMs: Math.round(this.#options.now() - started)
      })
      return { ok: true, value }
    } catch (thrown) {
      return { ok: false, error: toPlain(this.#failed('call', name, thrown, started)) }
    }
  }

  /** Serves one stream until it ends, fails, or the page closes its port. */
  async stream(name: unknown, params: unknown, refusal: unknown, port: ServerPort): Promise<void> {
    const started = this.#options.now()
    const closing = new AbortController()
    const inputs = new InputQueue<unknown>()
    port.onClose(() => {
      closing.abort()
      inputs.end()
    })
    this.counters.streamsOpen += 1
    try {
      const { spec, handler } = this.#find(name, 'stream')
      const input = this.#parse(spec, params, refusal)
      if (this.counters.streamsOpen > MAX_STREAMS) throw tooManyStreams()
      const credit = new Credit(spec.windowBytes)
      port.receive((frame) => {
        if (!this.#receive(frame, spec, inputs, credit)) port.close()
      })
      const source = (handler as StreamHandler)(input, { signal: closing.signal, inputs })
      closing.signal.addEventListener('abort', () => void source.return(undefined).catch(() => undefined))
      const checked = this.#options.checkResults ? checkItems(source, spec, String(name)) : source
      const value = await pump(checked, spec.delivery, port, credit, closing.signal)
      if (!closing.signal.aborted) port.post({ type: 'end', value })
    } catch (thrown) {
      if (!closing.signal.aborted) {
        port.post({ type: 'error', error: toPlain(this.#failed('stream', name, thrown, started)) })
      }
    } finally {
      this.counters.streamsOpen -= 1
      inputs.end()
      port.close()
    }
  }

  #receive(frame: unknown, spec: StreamSpec, inputs: InputQueue<unknown>, credit: Credit): boolean {
    const up = frame as Partial<UpFrame> | null
    if (up?.type === 'ack' && Number.isSafeInteger(up.items)) {
      this.counters.itemsSent += 1
      credit.acknowledge(up.items ?? 0)
      return true
    }
    if (up?.type !== 'input' || payloadExceeds(up.value, MAX_PARAMS_BYTES)) return false
    const parsed = spec.input.safeParse(up.value, ONCE)
    return parsed.success && inputs.push(parsed.data)
  }

  /** The contract is the allow-list: only own properties of it and of the handlers are ever looked at. */
  #find<K extends Spec['kind']>(
    name: unknown,
    kind: K
  ): { spec: Extract<Spec, { kind: K }>; handler: unknown } {
    if (!this.#bucket.take()) throw tooManyRequests()
    if (typeof name !== 'string' || name.length > 100) throw unknownName()
    const [noun, verb, rest] = name.split('.')
    const { contract, handlers } = this.#options
    if (noun === undefined || verb === undefined || rest !== undefined) throw unknownName()
    if (!Object.hasOwn(contract, noun) || !Object.hasOwn(handlers, noun)) throw unknownName()
    const specs = contract[noun] as object
    const verbs = handlers[noun] as object
    if (!Object.hasOwn(specs, verb) || !Object.hasOwn(verbs, verb)) throw unknownName()
    const spec = (specs as Record<string, Spec>)[verb] as Spec
    if (spec.kind !== kind) throw unknownName()
    return {
      spec: spec as Extract<Spec, { kind: K }>,
      handler: (verbs as Record<string, unknown>)[verb]
    }
  }

  #parse(spec: CallSpec | StreamSpec, params: unknown, refusal: unknown): unknown {
    if (refusal !== undefined || payloadExceeds(params, MAX_PARAMS_BYTES)) {
      throw new AppError('InvalidParameter', 'The request is too large.', {
        hint: 'Files are given by path, not by content.'
      })
    }
    const parsed = spec.params.safeParse(params, ONCE)
    if (parsed.success) return parsed.data
    throw new AppError('InvalidParameter', 'The request is not valid.', {
      hint: 'This is a fault in Quayside; the log has the details.',
      details: {
        issues: parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.code}`)
      }
    })
  }

  #failed(verb: 'call' | 'stream', name: unknown, thrown: unknown, started: number): AppError {
    const error = toAppError(thrown)
    if (error.code === 'InvalidParameter' || error.code === 'Forbidden') this.counters.refused += 1
    this.#options.log.warn(
      `${verb} failed`,
      {
        area: 'ipc',
        // A hostile name is cut short; the log writes it as a JSON string.
        call: typeof name === 'string' ? name.slice(0, 100) : `a ${typeof name}`,
        kind: error.code,
        durationMs: Math.round(this.#options.now() - started)
      },
      thrown
    )
    return error
  }
}

async function* checkItems(
  source: AsyncGenerator<unknown, unknown, undefined>,
  spec: StreamSpec,
  name: string
): AsyncGenerator<unknown, unknown, undefined> {
  try {
    for (;;) {
      const result = await source.next()
      if (result.done === true) return result.value
      assertMatches(spec.item, result.value, name)
      yield result.value
    }
  } finally {
    await source.return(undefined)
  }
}

function assertMatches(schema: z.ZodType, value: unknown, name: string): void {
  const parsed = schema.safeParse(value)
  if (parsed.success) return
  throw new AppError('System', `The answer of ${name} does not match the contract.`, {
    hint: 'This is a fault in Quayside; the log has the details.',
    cause: parsed.error
  })
}

const unknownName = (): AppError =>
  new AppError('Forbidden', 'There is no such request.', {
    hint: 'Restart Quayside to get a matching window.'
  })

const tooManyRequests = (): AppError =>
  new AppError('Unavailable', 'Too many requests were made at once.', {
    hint: 'Wait a moment and try again.'
  })

const tooManyStreams = (): AppError =>
  new AppError('Unavailable', 'Too much is being watched at once.', {
    hint: 'Close something and try again.'
  })
