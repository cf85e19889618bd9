/** The Stats and Processes tabs of a container's page. Locators and verbs only. */
import type { Locator, Page } from '@playwright/test'

export class StatsTab {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async open(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Stats' }).click()
    await this.figure('CPU').waitFor()
  }

  figure(name: 'CPU' | 'Memory' | 'Network' | 'Block I/O' | 'PIDs'): Locator {
    return this.page.getByRole('figure', { name, exact: true })
  }

  range(name: '5 min' | '1 h' | 'All'): Locator {
    return this.page.getByRole('radio', { name, exact: true })
  }
}

export class ProcessesTab {
  readonly page: Page
  readonly table: Locator
  readonly search: Locator

  constructor(page: Page) {
    this.page = page
    this.table = page.getByRole('grid', { name: 'Processes' })
    this.search = page.getByRole('searchbox', { name: 'Search' })
  }

  async open(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Processes' }).click()
    await this.table.getByRole('rowheader').first().waitFor()
  }

  /** The row whose command holds this text. */
  row(command: string): Locator {
    return this.table.getByRole('row').filter({ hasText: command })
  }

  /** Opens the dialog that asks before the signal is sent to that process. */
  async ask(command: string, signal: string): Promise<Locator> {
    await this.row(command).getByRole('button', { name: 'Send a signal' }).click()
    await this.page.getByRole('menuitem', { name: new RegExp(`^${signal}:`) }).click()
    return this.page.getByRole('dialog', { name: `Send ${signal}` })
  }

  async send(command: string, signal: string): Promise<void> {
    const dialog = await this.ask(command, signal)
    await dialog.getByRole('button', { name: `Send ${signal}` }).click()
    await dialog.waitFor({ state: 'hidden' })
  }
}
