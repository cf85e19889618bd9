/** The Home page. Locators and verbs only. */
import type { Locator, Page } from '@playwright/test'

export class HomePage {
  readonly page: Page
  readonly copyAsText: Locator

  constructor(page: Page) {
    this.page = page
    this.copyAsText = page.getByRole('button', { name: 'Copy as text' })
  }
}
