/**
 * The tabs of an image that is looked into, in their order. A tab's component is loaded when it is first shown, is kept
 * while the image is open, and is given {@link ImageTabProps}; it fills the height and scrolls by itself.
 */
import { defineAsyncComponent } from 'vue'
import type { Tab } from '@/components/tabs'
import type { ImageSource, OpenedImage } from '@shared/contract/image-files'

export interface ImageTabProps {
  readonly image: OpenedImage
  /** Where it was opened from. */
  readonly source: ImageSource
}

export const IMAGE_TABS: readonly Tab[] = [
  { id: 'layers', label: 'Layers', component: defineAsyncComponent(() => import('./LayersTab.vue')) },
  {
    id: 'packages',
    label: 'Packages',
    component: defineAsyncComponent(() => import('./packages/PackagesTab.vue'))
  },
  { id: 'config', label: 'Config', component: defineAsyncComponent(() => import('./ConfigTab.vue')) },
  { id: 'history', label: 'History', component: defineAsyncComponent(() => import('./HistoryTab.vue')) },
  { id: 'trust', label: 'Trust', component: defineAsyncComponent(() => import('./TrustTab.vue')) },
  { id: 'compare', label: 'Compare', component: defineAsyncComponent(() => import('./CompareTab.vue')) }
]
