/**
 * An Api for component tests: give the methods the test needs, every other one fails by name. Typed by the contract,
 * so a change of the contract breaks the tests that rely on it at compile time.
 */
import type { Api } from '@shared/contract'
import type { Stream } from '@shared/contract/dsl'
import { AppError } from '@shared/errors'

type Some<T> = { readonly [N in keyof T]?: Partial<T[N]> }

export function fakeApi(methods: Some<Api> = {}): Api {
  return new Proxy({} as Api, {
    get: (_target, noun: keyof Api) =>
      new Proxy(
        {},
        {
          get(_inner, verb: string) {
            const given = methods[noun] as Record<string, unknown> | undefined
            return given?.[verb] ?? (() => Promise.reject(notGiven(`${noun}.${verb}`)))
          }
        }
      )
  })
}

function notGiven(name: string): AppError {
  return new AppError('NotImplemented', `The test did not say what ${name} answers.`)
}

/** A stream a test feeds by hand. */
export interface FakeStream<I, N, E> extends Stream<I, N, E> {
  push(item: I): void
  end(value: E): void
  fail(error: AppError): void
  readonly inputs: readonly N[]
  readonly closed: boolean
}

export function fakeStream<I, N = never, E = void>(first: readonly I[] = []): FakeStream<I, N, E> {
  const queue: I[] = [...first]
  const inputs: N[] = []
  let finished: AppError | 'ended' | null = null
  let closed = false
  let wake: (() => void) | null = null
  let resolveDone: (value: E) => void = () => undefined
  const done = new Promise<E>((resolve) => (resolveDone = resolve))
  const finish = (how: AppError | 'ended'): void => {
    finished = how
    wake?.()
  }
  return {
    done,
    inputs,
    get closed() {
      return closed
    },
    push(item) {
      queue.push(item)
      wake?.()
    },
    end(value) {
      resolveDone(value)
      finish('ended')
    },
    fail: finish,
    send(input) {
      inputs.push(input)
    },
    close() {
      closed = true
      finish('ended')
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          const next = queue.shift()
          if (next !== undefined) yield next
          else if (finished instanceof AppError) throw finished
          else if (finished !== null) return
          else await new Promise<void>((resolve) => (wake = resolve))
        }
      } finally {
        closed = true
      }
    }
  }
}
