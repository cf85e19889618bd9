/** The pages that exist, in the order of the navigation. The router, the navigation, the palette and the shortcuts read it. */
import { Box, Hammer, HardDrive, House, Layers, Library, Settings } from '@lucide/vue'
import type { Component } from 'vue'

export interface Page {
  readonly title: 'Home' | 'Containers' | 'Images' | 'Builds' | 'Registries' | 'Settings'
  readonly path: string
  readonly icon: Component
}

export const PAGES: readonly Page[] = [
  { title: 'Home', path: '/', icon: House },
  { title: 'Containers', path: '/containers', icon: Box },
  { title: 'Images', path: '/images', icon: Layers },
  { title: 'Builds', path: '/builds', icon: Hammer },
  { title: 'Registries', path: '/registries', icon: Library },
  { title: 'Settings', path: '/settings', icon: Settings }
]

/** What the palette leads to: these, and pages that are a part of one of them. */
export const PALETTE_PAGES = [...PAGES, { title: 'Disk usage', path: '/disk', icon: HardDrive }]
