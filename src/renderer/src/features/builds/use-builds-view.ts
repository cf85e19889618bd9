/** How the list of builds is looked at, in the address and in this machine's storage. */
import { queryText, useAddressView, type AddressView } from '@/composables/use-address-view'
import {
  formatBuildSort,
  NEWEST_FIRST,
  parseBuildFilter,
  parseBuildSort,
  type BuildQuery
} from './build-rows'

export function useBuildsView(): AddressView<BuildQuery> {
  return useAddressView<BuildQuery>({
    storageKey: 'quayside.builds.view',
    queryKeys: ['search', 'state', 'sort'],
    fromStored: ({ sort }) => ({ search: '', filter: 'all', sort: parseBuildSort(sort) }),
    toStored: ({ sort }) => ({ sort: formatBuildSort(sort) }),
    fromQuery: (query, otherwise) => {
      const sort = queryText(query, 'sort')
      return {
        search: queryText(query, 'search') ?? '',
        filter: parseBuildFilter(queryText(query, 'state')),
        sort: sort === undefined ? otherwise.sort : parseBuildSort(sort)
      }
    },
    toQuery: ({ search, filter, sort }) => ({
      ...(search === '' ? {} : { search }),
      ...(filter === 'all' ? {} : { state: filter }),
      ...(formatBuildSort(sort) === formatBuildSort(NEWEST_FIRST) ? {} : { sort: formatBuildSort(sort) })
    })
  })
}
