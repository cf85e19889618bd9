/** The page "Disk usage" and its dialog. Locators and verbs only. */
import type { Locator, Page } from '@playwright/test'

export class DiskPage {
  readonly page: Page
  readonly totals: Locator
  readonly treemap: Locator
  readonly selection: Locator
  readonly dialog: Locator
  readonly plan: Locator
  readonly planResult: Locator

  constructor(page: Page) {
    this.page = page
    this.totals = page.getByRole('table', { name: 'Totals' })
    this.treemap = page.getByRole('figure', { name: 'Treemap' })
    this.selection = page.getByRole('status', { name: 'Selection' })
    this.dialog = page.getByRole('dialog', { name: /^(Free|Remove and free) disk space$/ })
    this.plan = this.dialog.getByRole('grid', { name: 'Plan' })
    this.planResult = this.dialog.getByRole('status', { name: 'Plan result' })
  }

  tab(name: 'Images' | 'Layers' | 'Containers' | 'Volumes' | 'Build cache'): Locator {
    return this.page.getByRole('tab', { name, exact: true })
  }

  table(name: string): Locator {
    return this.page.getByRole('grid', { name, exact: true })
  }

  /** The line of an object in the table that is shown. */
  row(table: string, name: string): Locator {
    return this.table(table)
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader', { name, exact: true }) })
  }
}
