/**
 * How the user looks at the containers: search and state filter live in the address (Home's counts link to them),
 * order, grouping and what is collapsed are kept on this machine. The address wins where it says something.
 */
import { shallowRef, watch, type ShallowRef } from 'vue'
import { useRoute, useRouter, type LocationQuery, type LocationQueryRaw } from 'vue-router'
import { formatSort, parseSort, parseStateFilter, type Sort, type StateFilter } from './list-query'

export interface ListView {
  readonly search: string
  readonly state: StateFilter
  readonly sort: Sort
  readonly grouped: boolean
  /** Names of the compose projects whose containers are folded away. */
  readonly collapsed: ReadonlySet<string>
}

const STORAGE_KEY = 'quayside.containers.view'
/** What the address says about the list; anything else in the query belongs to somebody else and stays. */
const OWN_KEYS = ['search', 'state', 'sort'] as const

export interface ListViewControl {
  readonly view: Readonly<ShallowRef<ListView>>
  update(change: Partial<ListView>): void
}

/** The view as a ref, and the one way to change it. */
export function useListView(): ListViewControl {
  const route = useRoute()
  const router = useRouter()
  const view = shallowRef(readView(route.query, readStored()))

  function update(change: Partial<ListView>): void {
    view.value = { ...view.value, ...change }
    store(view.value)
    void router.replace({ query: { ...others(route.query), ...toQuery(view.value) } })
  }

  // A link to the page that is open already changes nothing but the address.
  watch(
    () => route.query,
    (query) => {
      const told = readView(query, view.value)
      if (!sameQuery(told, view.value)) view.value = told
    }
  )

  return { view, update }
}

function readView(query: LocationQuery, otherwise: ListView): ListView {
  const { search, state, sort } = query
  return {
    ...otherwise,
    search: typeof search === 'string' ? search : '',
    state: parseStateFilter(state),
    sort: sort === undefined ? otherwise.sort : parseSort(sort)
  }
}

function toQuery(view: ListView): LocationQueryRaw {
  const sort = formatSort(view.sort)
  return {
    ...(view.search === '' ? {} : { search: view.search }),
    ...(view.state === 'all' ? {} : { state: view.state }),
    ...(sort === 'name' ? {} : { sort })
  }
}

function sameQuery(a: ListView, b: ListView): boolean {
  return a.search === b.search && a.state === b.state && formatSort(a.sort) === formatSort(b.sort)
}

function others(query: LocationQuery): LocationQueryRaw {
  const own: readonly string[] = OWN_KEYS
  return Object.fromEntries(Object.entries(query).filter(([key]) => !own.includes(key)))
}

function readStored(): ListView {
  const stored = parseStored(localStorage.getItem(STORAGE_KEY))
  const collapsed = Array.isArray(stored['collapsed']) ? stored['collapsed'] : []
  return {
    search: '',
    state: 'all',
    sort: parseSort(stored['sort']),
    grouped: stored['grouped'] !== false,
    collapsed: new Set(collapsed.filter((name): name is string => typeof name === 'string'))
  }
}

function parseStored(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function store({ sort, grouped, collapsed }: ListView): void {
  const value = { sort: formatSort(sort), grouped, collapsed: [...collapsed].slice(-500) }
  localStorage.setItem(STORAGE_KEY, JSON.stringify(value))
}
