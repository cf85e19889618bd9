/**
 * How the user looks at the containers: search, state filter and order are in the address (Home's counts link to them);
 * order, grouping and what is folded away are kept on this machine.
 */
import { queryText, useAddressView, type AddressView } from '@/composables/use-address-view'
import { formatSort, parseSort, parseStateFilter, type Sort, type StateFilter } from './list-query'

export interface ListView {
  readonly search: string
  readonly state: StateFilter
  readonly sort: Sort
  readonly grouped: boolean
  /** Names of the compose projects whose containers are folded away. */
  readonly collapsed: ReadonlySet<string>
}

/** Projects come and go; the names of those long gone are not kept for ever. */
const MOST_COLLAPSED = 500

export function useListView(): AddressView<ListView> {
  return useAddressView<ListView>({
    storageKey: 'quayside.containers.view',
    queryKeys: ['search', 'state', 'sort'],
    fromStored: ({ sort, grouped, collapsed }) => ({
      search: '',
      state: 'all',
      sort: parseSort(sort),
      grouped: grouped !== false,
      collapsed: new Set(Array.isArray(collapsed) ? collapsed.filter((name) => typeof name === 'string') : [])
    }),
    toStored: ({ sort, grouped, collapsed }) => ({
      sort: formatSort(sort),
      grouped,
      collapsed: [...collapsed].slice(-MOST_COLLAPSED)
    }),
    fromQuery: (query, otherwise) => {
      const sort = queryText(query, 'sort')
      return {
        ...otherwise,
        search: queryText(query, 'search') ?? '',
        state: parseStateFilter(query['state']),
        sort: sort === undefined ? otherwise.sort : parseSort(sort)
      }
    },
    toQuery: ({ search, state, sort }) => ({
      ...(search === '' ? {} : { search }),
      ...(state === 'all' ? {} : { state }),
      ...(formatSort(sort) === 'name' ? {} : { sort: formatSort(sort) })
    })
  })
}
