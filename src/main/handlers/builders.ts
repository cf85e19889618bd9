/** Builders for the page. Thin: the work is in main/builders; here errors learn what was attempted. */
import { attempted } from '@shared/errors'
import type { Builders } from '../builders/service'
import type { Handlers } from '../ipc/handler'

export function buildersHandlers({ builders }: { readonly builders: Builders }) {
  return {
    list: (_, { signal }) => trying('read the builders', builders.list(signal)),
    create: (wanted, { signal }) =>
      trying(`create the builder ${wanted.name}`, builders.create(wanted, signal)),
    use: ({ name }, { signal }) => trying(`use the builder ${name}`, builders.use(name, signal)),
    stop: ({ name }, { signal }) => trying(`stop the builder ${name}`, builders.stop(name, signal)),
    remove: ({ name, keepState }, { signal }) =>
      trying(`remove the builder ${name}`, builders.remove(name, keepState, signal))
  } satisfies Handlers['builders']
}

async function trying<T>(verb: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw attempted(`Could not ${verb}`, error)
  }
}
