/** The images list: how the user looks at it (address and storage), and the store's images as the table's lines. */
import { computed, type ComputedRef, type Ref } from 'vue'
import type { TableRow } from '@/components/table-types'
import { queryText, useAddressView, type AddressView } from '@/composables/use-address-view'
import { useContainersStore } from '@/stores/containers'
import { useImagesStore } from '@/stores/images'
import {
  compareImages,
  formatImageSort,
  imageLine,
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
}

export function useImagesView(): AddressView<ImagesView> {
  return useAddressView<ImagesView>({
    storageKey: 'quayside.images.view',
    queryKeys: ['search', 'filter', 'sort'],
    fromStored: ({ sort }) => ({ search: '', filter: 'all', sort: parseImageSort(sort) }),
    toStored: ({ sort }) => ({ sort: formatImageSort(sort) }),
    fromQuery: (query, otherwise) => {
      const sort = queryText(query, 'sort')
      return {
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

type ImageLine = TableRow<ImageRow> & { readonly kind: 'item' }

export interface ImagesTable {
  readonly all: ComputedRef<readonly ImageRow[]>
  readonly lines: ComputedRef<readonly ImageLine[]>
}

export function useImagesTable(view: Readonly<Ref<ImagesView>>): ImagesTable {
  const images = useImagesStore()
  const containers = useContainersStore()
  const sort = computed(() => view.value.sort)
  const filter = computed(() => view.value.filter)
  const search = computed(() => view.value.search)

  const unordered = computed(() =>
    [...images.items.values()]
      .map((image) => imageLine(image, containers.byImage.get(image.Id) ?? []))
      .filter((line): line is ImageLine => line.kind === 'item')
  )
  const ordered = computed(() => {
    const compare = compareImages(sort.value)
    return [...unordered.value].sort((a, b) => compare(a.item, b.item))
  })
  const lines = computed(() => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    return ordered.value.filter(({ item }) => inFilter(item, filter.value) && matchesImage(item, words))
  })
  return { all: computed(() => unordered.value.map((line) => line.item)), lines }
}
