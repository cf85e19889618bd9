/** The page of an image that is looked into, and of everything else that is opened like one. Locators and verbs only. */
import type { Locator, Page } from '@playwright/test'

export class ImagePage {
  readonly page: Page
  readonly layers: Locator
  readonly files: Locator
  readonly treemap: Locator
  readonly preview: Locator
  readonly search: Locator
  readonly waste: Locator
  readonly efficiency: Locator

  constructor(page: Page) {
    this.page = page
    this.layers = page.getByRole('tree', { name: 'Layers' })
    this.files = page.getByRole('tree', { name: 'Files' })
    this.treemap = page.getByRole('figure', { name: 'Treemap' })
    this.preview = page.getByRole('region', { name: 'Preview' })
    this.search = page.getByRole('searchbox', { name: 'Search files' })
    this.waste = page.getByRole('status', { name: 'Wasted space' })
    this.efficiency = page.getByRole('status', { name: 'Efficiency' })
  }

  layer(instruction: RegExp): Locator {
    return this.layers.getByRole('treeitem', { name: instruction })
  }

  file(name: string): Locator {
    return this.files.getByRole('treeitem', { name, exact: true })
  }

  tab(name: 'Layers' | 'Packages' | 'Config' | 'History' | 'Compare'): Locator {
    return this.page.getByRole('tab', { name, exact: true })
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  /** Goes down to a file by the keyboard and opens it. */
  async walkTo(path: string): Promise<void> {
    const names = path.split('/').slice(1)
    await this.files.getByRole('treeitem').first().click()
    for (const [depth, name] of names.entries()) {
      await this.page.keyboard.type(name, { delay: 1 })
      await this.file(name).and(this.page.locator(':focus')).waitFor()
      if (depth === names.length - 1) break
      if ((await this.file(name).getAttribute('aria-expanded')) !== 'true')
        await this.page.keyboard.press('ArrowRight')
      await this.page.keyboard.press('ArrowRight')
      await this.page.locator(`[role=treeitem][aria-level="${depth + 2}"]:focus`).waitFor()
    }
    await this.page.keyboard.press('Enter')
  }
}
