/**
 * How a list is looked at, kept in two places: the address (so that a link can say it, and Back remembers it) and this
 * machine's storage (so that it is there again tomorrow). The address wins where it says something.
 */
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

/**
 * How long a view must rest before the address says it. A change of the address is a navigation, which every link of the
 * page looks at: too much for each key of a search.
 */
export const ADDRESS_REST_MS = 300

/** What a view is written as in the address; absent keys are at their default. */
export type AddressWords = Readonly<Record<string, string>>
export type Stored = Readonly<Record<string, unknown>>

export interface ViewFormat<V> {
  readonly storageKey: string
  /** The keys of the query that are this view's; all others are left alone. */
  readonly queryKeys: readonly string[]
  /** A view from what is stored; must take anything. */
  fromStored(stored: Stored): V
  toStored(view: V): Stored
  /** `otherwise` with what the address says. */
  fromQuery(query: LocationQuery, otherwise: V): V
  toQuery(view: V): AddressWords
}

export interface AddressView<V> {
  readonly view: Readonly<ShallowRef<V>>
  readonly update: (change: Partial<V>) => void
}

/** The view as a ref, and the one way to change it; the address follows once the view rests, or when the page is left. */
export function useAddressView<V extends object>(format: ViewFormat<V>): AddressView<V> {
  const route = useRoute()
  const first = format.fromQuery(route.query, format.fromStored(readStored(format.storageKey)))
  const view = shallowRef(first) as ShallowRef<V>
  const address = useWrittenAddress(
    format.queryKeys,
    () => format.toQuery(view.value),
    (query) => (view.value = format.fromQuery(query, view.value))
  )
  let stored = ''

  function update(change: Partial<V>): void {
    view.value = { ...view.value, ...change }
    const text = JSON.stringify(format.toStored(view.value))
    if (text !== stored) localStorage.setItem(format.storageKey, text)
    stored = text
    address.writeSoon()
  }

  return { view, update }
}

/** Keeps the address saying `words`, late, and calls `told` when somebody else made it say something else. */
function useWrittenAddress(
  keys: readonly string[],
  words: () => AddressWords,
  told: (query: LocationQuery) => void
) {
  const route = useRoute()
  const router = useRouter()
  const path = route.path
  const { history } = router.options
  /** What the address says of this view, also when it is only about to: anything else comes from outside. */
  let known = ownWords(route.query, keys)
  let timer: ReturnType<typeof setTimeout> | null = null

  function cancel(): boolean {
    const waited = timer !== null
    if (timer !== null) clearTimeout(timer)
    timer = null
    return waited
  }

  function written(): { query: LocationQuery } {
    known = words()
    return { query: { ...others(route.query, keys), ...known } }
  }

  function writeSoon(): void {
    cancel()
    timer = setTimeout(() => {
      timer = null
      if (route.path === path) void router.replace(written())
    }, ADDRESS_REST_MS)
  }

  // Back must find the view as it was left. A navigation now would end the one that leads away, so only the history's
  // entry is written; on the way back or forward it is no longer the current one.
  const stopGuard = router.beforeEach((to, from) => {
    if (to.path === path || from.path !== path || !cancel()) return
    if (history.location === from.fullPath) history.replace(router.resolve(written()).fullPath)
  })
  onScopeDispose(() => {
    stopGuard()
    cancel()
  })

  // A link to the page that is open already changes nothing but the address. On the way to another page it says nothing.
  watch(
    () => route.query,
    (query) => {
      const now = ownWords(query, keys)
      if (route.path !== path || sameWords(now, known)) return
      cancel()
      known = now
      told(query)
    }
  )
  return { writeSoon }
}

/** A key of the query as text; undefined when it is absent or repeated. */
export function queryText(query: LocationQuery, key: string): string | undefined {
  const value = query[key]
  return typeof value === 'string' ? value : undefined
}

function others(query: LocationQuery, own: readonly string[]): LocationQuery {
  return Object.fromEntries(Object.entries(query).filter(([key]) => !own.includes(key)))
}

function ownWords(query: LocationQuery, own: readonly string[]): AddressWords {
  const words = own.map((key) => [key, queryText(query, key)] as const)
  return Object.fromEntries(words.filter((word): word is [string, string] => word[1] !== undefined))
}

function sameWords(a: AddressWords, b: AddressWords): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => a[key] === b[key])
}

function readStored(key: string): Stored {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
