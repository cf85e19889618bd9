/** The page "Builds" with its tabs, and a build out of the history. Locators and verbs only. */
import type { Locator, Page } from '@playwright/test'

export class BuildsPage {
  readonly page: Page
  readonly table: Locator
  readonly cache: Locator
  readonly steps: Locator
  readonly log: Locator
  readonly bulk: Locator

  constructor(page: Page) {
    this.page = page
    this.table = page.getByRole('grid', { name: 'Builds', exact: true })
    this.cache = page.getByRole('grid', { name: 'Build cache', exact: true })
    this.steps = page.getByRole('list', { name: 'Steps', exact: true })
    this.log = page.getByRole('log', { name: 'Log', exact: true })
    this.bulk = page.getByRole('toolbar', { name: 'Selected builds' })
  }

  tab(name: string): Locator {
    return this.page.getByRole('tab', { name, exact: true })
  }

  row(name: string): Locator {
    return this.table
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader', { name, exact: true }) })
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name })
  }
}
