/** The tabs Files and Changes of a container's page. Locators and verbs only. */
import type { Locator, Page } from '@playwright/test'

export class FilesTab {
  readonly page: Page
  readonly tree: Locator
  readonly path: Locator
  readonly search: Locator
  readonly changes: Locator

  constructor(page: Page) {
    this.page = page
    this.tree = page.getByRole('tree', { name: 'Files' })
    this.path = page.getByRole('textbox', { name: 'Path' })
    this.search = page.getByRole('searchbox', { name: 'Search' })
    this.changes = page.getByRole('list', { name: 'Changes' })
  }

  item(name: string): Locator {
    return this.tree.getByRole('treeitem', { name, exact: true })
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  /** What is shown of the opened file. */
  file(name: string): Locator {
    return this.page.getByRole('region', { name: `File ${name}`, exact: true })
  }

  /** Opens a tab of the container's page. */
  async openTab(name: 'Files' | 'Changes'): Promise<void> {
    await this.page.getByRole('tab', { name, exact: true }).click()
  }

  async go(path: string): Promise<void> {
    await this.path.fill(path)
    await this.path.press('Enter')
  }
}
