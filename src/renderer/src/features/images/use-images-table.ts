/** The images list: how the user looks at it (address and storage), and the store's images as the table's lines. */
import { computed, type ComputedRef, type Ref } from 'vue'
import { queryText, useAddressView, type AddressView } from '@/composables/use-address-view'
import { useContainersStore } from '@/stores/containers'
import { useImagesStore } from '@/stores/images'
import { flatImageLines, groupedImageLines, type ImageLine } from './image-lines'
import {
  compareImages,
  formatImageSort,
  imageRows,
  inFilter,
  matchesImage,
  parseImageFilter,
  parseImageSort,
  type ImageFilter,
  type ImageRow,
  type ImageSort
} from './image-model'

export interface ImagesView {
  readonly search: string
  readonly filter: ImageFilter
  readonly sort: ImageSort
  readonly grouped: boolean
  /** Repositories whose images are folded away. */
  readonly collapsed: ReadonlySet<string>
}

/** Repositories come and go; the names of those long gone are not kept for ever. */
const MOST_COLLAPSED = 500

export function useImagesView(): AddressView<ImagesView> {
  return useAddressView<ImagesView>({
    storageKey: 'quayside.images.view',
    queryKeys: ['search', 'filter', 'sort'],
    fromStored: ({ sort, grouped, collapsed }) => ({
      search: '',
      filter: 'all',
      sort: parseImageSort(sort),
      grouped: grouped !== false,
      collapsed: new Set(Array.isArray(collapsed) ? collapsed.filter((name) => typeof name === 'string') : [])
    }),
    toStored: ({ sort, grouped, collapsed }) => ({
      sort: formatImageSort(sort),
      grouped,
      collapsed: [...collapsed].slice(-MOST_COLLAPSED)
    }),
    fromQuery: (query, otherwise) => {
      const sort = queryText(query, 'sort')
      return {
        ...otherwise,
        search: queryText(query, 'search') ?? '',
        filter: parseImageFilter(query['filter']),
        sort: sort === undefined ? otherwise.sort : parseImageSort(sort)
      }
    },
    toQuery: ({ search, filter, sort }) => ({
      ...(search === '' ? {} : { search }),
      ...(filter === 'all' ? {} : { filter }),
      ...(formatImageSort(sort) === 'name' ? {} : { sort: formatImageSort(sort) })
    })
  })
}

export interface ImagesTable {
  readonly all: ComputedRef<readonly ImageRow[]>
  /** What the filter lets through, in order; folded away or not. */
  readonly rows: ComputedRef<readonly ImageRow[]>
  readonly lines: ComputedRef<readonly ImageLine[]>
}

export function useImagesTable(view: Readonly<Ref<ImagesView>>): ImagesTable {
  const images = useImagesStore()
  const containers = useContainersStore()
  const sort = computed(() => view.value.sort)
  const filter = computed(() => view.value.filter)
  const search = computed(() => view.value.search)
  const grouped = computed(() => view.value.grouped)
  const collapsed = computed(() => view.value.collapsed)

  const all = computed(() =>
    [...images.items.values()].flatMap((image) => imageRows(image, containers.byImage.get(image.Id) ?? []))
  )
  const ordered = computed(() => [...all.value].sort(compareImages(sort.value)))
  const rows = computed(() => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    return ordered.value.filter((row) => inFilter(row, filter.value) && matchesImage(row, words))
  })
  const lines = computed(() => {
    if (!grouped.value) return flatImageLines(rows.value)
    // What was searched for must be seen, also inside a folded repository.
    return groupedImageLines(rows.value, search.value === '' ? collapsed.value : new Set())
  })
  return { all, rows, lines }
}
