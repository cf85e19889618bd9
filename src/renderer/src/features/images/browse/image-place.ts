/**
 * Leads from one tab of an opened image to a layer or a file on "Layers": the browser provides it, a tab asks, and the tab
 * "Layers" takes what was asked when it is shown.
 */
import { inject, onActivated, provide, type InjectionKey } from 'vue'

/** A layer by its index, or a file of the whole image by its path. */
export type ImagePlace =
  { readonly kind: 'layer'; readonly layer: number } | { readonly kind: 'file'; readonly path: string }

interface Places {
  asked: ImagePlace | null
  readonly show: () => void
}

const KEY: InjectionKey<Places> = Symbol('image place')

/** @param show shows the tab "Layers". */
export function provideImagePlaces(show: () => void): void {
  provide(KEY, { asked: null, show })
}

/** Goes to a place; does nothing where nobody provides it. */
export function useImagePlaces(): (place: ImagePlace) => void {
  const places = inject(KEY, null)
  return (place) => {
    if (places === null) return
    places.asked = place
    places.show()
  }
}

/** For the tab that shows places: called with what was asked since it was last shown. */
export function onImagePlace(take: (place: ImagePlace) => void): void {
  const places = inject(KEY, null)
  onActivated(() => {
    const asked = places?.asked ?? null
    if (places === null || asked === null) return
    places.asked = null
    take(asked)
  })
}
