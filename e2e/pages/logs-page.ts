/** A log, in a container's tab or merged. Locators and verbs only; what Docker says is asserted in the specs. */
import type { Locator, Page } from '@playwright/test'

export class LogsPage {
  readonly page: Page
  readonly log: Locator
  readonly search: Locator
  readonly matches: Locator
  readonly exportButton: Locator

  constructor(page: Page) {
    this.page = page
    this.log = page.getByRole('log', { name: 'Logs' })
    this.search = page.getByRole('searchbox', { name: 'Search logs' })
    this.matches = page.getByRole('status', { name: 'Matches' })
    this.exportButton = page.getByRole('button', { name: 'Export', exact: true })
  }

  /** Opens the tab of a container by its address. */
  async open(id: string): Promise<void> {
    await this.page.evaluate((to) => (window.location.hash = to), `#/containers/${id}/logs`)
    await this.page.getByRole('tab', { name: 'Logs' }).waitFor()
  }

  toggle(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  /** The lines that are drawn, from top to bottom. */
  async lines(): Promise<string[]> {
    return (await this.log.innerText()).split('\n')
  }

  async scrollTo(part: 'start' | 'end'): Promise<void> {
    await this.log.focus()
    await this.page.keyboard.press(part === 'start' ? 'Home' : 'End')
  }
}
