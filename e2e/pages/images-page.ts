/** The Images page. Locators and verbs only. */
import type { Locator, Page } from '@playwright/test'

export class ImagesPage {
  readonly page: Page
  readonly table: Locator
  readonly loadButton: Locator
  readonly pullButton: Locator
  readonly pullDialog: Locator
  readonly pushDialog: Locator

  constructor(page: Page) {
    this.page = page
    this.table = page.getByRole('grid', { name: 'Images' })
    this.loadButton = page.getByRole('button', { name: 'Load', exact: true }).first()
    this.pullButton = page.getByRole('main').getByRole('button', { name: 'Pull', exact: true })
    this.pullDialog = page.getByRole('dialog', { name: 'Pull an image' })
    this.pushDialog = page.getByRole('dialog', { name: 'Push an image' })
  }

  row(name: string): Locator {
    return this.table.getByRole('row').filter({ has: this.page.getByRole('link', { name, exact: true }) })
  }
}
