/** The page of one container. Locators and verbs only; what Docker says is asserted in the specs. */
import type { Locator, Page } from '@playwright/test'

export class ContainerPage {
  readonly page: Page
  readonly why: Locator

  constructor(page: Page) {
    this.page = page
    this.why = page.getByRole('region', { name: 'Why it stopped' })
  }

  /** Opens the page by its address, as a link from elsewhere does. */
  async open(id: string, tab = ''): Promise<void> {
    await this.page.evaluate(
      (hash) => (window.location.hash = hash),
      `#/containers/${id}${tab === '' ? '' : `/${tab}`}`
    )
  }

  async openTab(name: 'Inspect' | 'Health'): Promise<Locator> {
    await this.page.getByRole('tab', { name, exact: true }).click()
    return this.page.getByRole('tabpanel', { name, exact: true })
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { level: 1, name, exact: true })
  }
}
