/**
 * How a list is looked at, kept in two places: the address (so that a link can say it, and Back remembers it) and this
 * machine's storage (so that it is there again tomorrow). The address wins where it says something.
 */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

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

/** The view as a ref, and the one way to change it. */
export function useAddressView<V extends object>(format: ViewFormat<V>): AddressView<V> {
  const route = useRoute()
  const router = useRouter()
  const path = route.path
  const first = format.fromQuery(route.query, format.fromStored(readStored(format.storageKey)))
  const view = shallowRef(first) as ShallowRef<V>

  function update(change: Partial<V>): void {
    view.value = { ...view.value, ...change }
    localStorage.setItem(format.storageKey, JSON.stringify(format.toStored(view.value)))
    void router.replace({
      query: { ...others(route.query, format.queryKeys), ...format.toQuery(view.value) }
    })
  }

  // A link to the page that is open already changes nothing but the address. On the way to another page it says nothing.
  watch(
    () => route.query,
    (query) => {
      if (route.path !== path) return
      const told = format.fromQuery(query, view.value)
      if (!sameWords(format.toQuery(told), format.toQuery(view.value))) view.value = told
    }
  )
  return { view, update }
}

/** A key of the query as text; undefined when it is absent or repeated. */
export function queryText(query: LocationQuery, key: string): string | undefined {
  const value = query[key]
  return typeof value === 'string' ? value : undefined
}

function others(query: LocationQuery, own: readonly string[]): LocationQuery {
  return Object.fromEntries(Object.entries(query).filter(([key]) => !own.includes(key)))
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
