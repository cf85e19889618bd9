/** The one `api` of the page. Stores and features import it from here; components never do. */
import type { Api } from '@shared/contract'
import type { Bridge } from '@shared/contract/wire'
import { createApi, windowTransport } from './client'

declare global {
  interface Window {
    readonly quayside: Bridge
  }
}

let current: Api | null = null

/** Typed by the contract; see {@link createApi}. */
export const api: Api = new Proxy({} as Api, {
  get(_target, noun: keyof Api) {
    current ??= createApi(windowTransport(window.quayside))
    return current[noun]
  }
})

/** For tests: everything imported from here talks to `fake` from now on. */
export function useApi(fake: Api | null): void {
  current = fake
}
