/** The Containers page. Locators and verbs only; what Docker says is asserted in the specs. */
import type { Locator, Page } from '@playwright/test'

export class ContainersPage {
  readonly page: Page
  readonly table: Locator
  readonly search: Locator
  readonly startSample: Locator
  readonly runButton: Locator

  constructor(page: Page) {
    this.page = page
    this.table = page.getByRole('grid', { name: 'Containers' })
    this.search = page.getByRole('searchbox', { name: 'Search' })
    this.startSample = page.getByRole('button', { name: 'Start with the sample' })
    this.runButton = page.getByRole('button', { name: 'Run a container' }).first()
  }

  /** The row of a container, by its name. */
  row(name: string): Locator {
    return this.table.getByRole('row').filter({ has: this.page.getByRole('link', { name, exact: true }) })
  }

  button(name: string, verb: 'Start' | 'Stop' | 'Restart' | 'Remove' | 'More actions'): Locator {
    return this.row(name).getByRole('button', { name: verb, exact: true })
  }

  async openRunDialog(): Promise<Locator> {
    await this.runButton.click()
    return this.page.getByRole('dialog', { name: 'Run a container' })
  }
}
