/** The page "Registries", and those of a registry, a repository and a tag. Locators and verbs only. */
import type { Locator, Page } from '@playwright/test'

export class RegistriesPage {
  readonly page: Page
  readonly table: Locator
  readonly repositories: Locator
  readonly tags: Locator
  readonly platforms: Locator
  readonly logInButton: Locator
  readonly addButton: Locator
  readonly addDialog: Locator
  readonly search: Locator

  constructor(page: Page) {
    this.page = page
    this.table = page.getByRole('table', { name: 'Registries', exact: true })
    this.repositories = page.getByRole('table', { name: 'Repositories', exact: true })
    this.tags = page.getByRole('table', { name: 'Tags', exact: true })
    this.platforms = page.getByRole('table', { name: 'Platforms', exact: true })
    this.logInButton = page.getByRole('button', { name: 'Log in' })
    this.addButton = page.getByRole('button', { name: 'Add', exact: true })
    this.addDialog = page.getByRole('dialog', { name: 'Add a registry' })
    this.search = page.getByRole('searchbox', { name: 'Search' })
  }

  /** The line of a registry, a repository or a tag. */
  row(table: Locator, name: string): Locator {
    return table.getByRole('row').filter({ has: this.page.getByRole('rowheader', { name, exact: true }) })
  }

  registry(host: string): Locator {
    return this.row(this.table, host)
  }

  /** Chooses from the "More actions" of a registry, with the keyboard. */
  async choose(host: string, action: string): Promise<void> {
    await this.registry(host).getByRole('button', { name: 'More actions' }).press('Enter')
    await this.page.getByRole('menuitem', { name: action, exact: true }).press('Enter')
  }
}
