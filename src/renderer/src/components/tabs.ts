/** What a tab is; shown by TabbedPanel.vue. */
import type { Component } from 'vue'

export interface Tab {
  /** Part of the page's address. */
  readonly id: string
  /** The accessible name; part of the product and stable. */
  readonly label: string
  readonly component: Component
}
