/** One entry of a DropdownMenu. */
import type { Component } from 'vue'

export interface MenuItem {
  readonly id: string
  /** A verb, as on a button. */
  readonly label: string
  readonly icon?: Component | undefined
  readonly disabled?: boolean | undefined
  readonly danger?: boolean | undefined
  /** A line above it. */
  readonly separated?: boolean | undefined
}
