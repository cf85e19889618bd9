/**
 * An engine that is not ours: what the docker CLI talks to here. Preparing checks that it answers; nothing here ever
 * starts, stops or changes it. Also the hosts that cannot be used, which say why. Made by hosts/index.ts.
 */
import { toAppError, type AppError } from '@shared/errors'
import type { EngineEndpoint } from '../endpoint'
import type { Exit } from '../failures'
import { request } from '../probe'
import type { EngineProcess, Host } from './host'

const ANSWER_MS = 3000

/** A process we only talk to: it "ends" when we let go of it. */
function talkingPartner(): { readonly process: EngineProcess; readonly letGo: () => void } {
  let letGo = (): void => undefined
  const exited = new Promise<Exit>((done) => {
    letGo = () => done({ exitCode: null, signal: null })
  })
  return { process: { pid: null, adopted: true, command: '', exited }, letGo: () => letGo() }
}

export function createExternalHost(endpoint: EngineEndpoint): Host {
  const partners = new Map<EngineProcess, () => void>()
  return {
    mode: null,
    retry: 'wait',
    endpoint,
    check: () => Promise.resolve([]),
    async prepare(signal) {
      await request(endpoint, '/_ping', ANSWER_MS, signal)
      const { process, letGo } = talkingPartner()
      partners.set(process, letGo)
      return { kind: 'adopted', process }
    },
    spawn: () => Promise.reject(toAppError(new Error('An engine that is not ours is never started.'))),
    terminate(process) {
      partners.get(process)?.()
      partners.delete(process)
      return Promise.resolve({ graceMs: 1000 })
    },
    kill(process) {
      partners.get(process)?.()
      return Promise.resolve()
    },
    cleanup: () => Promise.resolve(),
    settled: () => undefined,
    parts: null,
    lastLogLines: () => [],
    release: () => undefined
  }
}

/** A host that can only say why there is no engine. */
export function createUnusableHost(endpoint: EngineEndpoint, why: AppError): Host {
  return {
    ...createExternalHost(endpoint),
    retry: 'budget',
    check: () =>
      Promise.resolve([
        {
          id: 'platform',
          title: 'This platform',
          result: 'failed',
          detail: why.message,
          fix: why.hint ?? null,
          command: null
        }
      ]),
    prepare: () => Promise.reject(why)
  }
}
