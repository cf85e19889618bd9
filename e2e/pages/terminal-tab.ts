/** The Terminal tab of a container's page. Locators and verbs only; what the shell says is asserted in the specs. */
import type { Locator, Page } from '@playwright/test'
import type { Shell } from './shell'

export class TerminalTab {
  readonly page: Page
  readonly sessions: Locator
  /** Where keys go. */
  readonly input: Locator
  /** The lines that can be seen. */
  readonly screen: Locator
  readonly newTerminal: Locator

  constructor(page: Page) {
    this.page = page
    this.sessions = page.getByRole('list', { name: 'Terminals' })
    this.input = page.getByRole('textbox', { name: 'Terminal input' })
    this.screen = page.locator('.xterm-rows')
    this.newTerminal = page.getByRole('button', { name: 'New terminal' })
  }

  /** From anywhere: the container's page, its tab, and a prompt. */
  static async open(shell: Shell, name: string): Promise<TerminalTab> {
    const containers = await shell.openContainers()
    await containers.row(name).getByRole('link', { name, exact: true }).click()
    await shell.page.getByRole('tab', { name: 'Terminal', exact: true }).click()
    return new TerminalTab(shell.page)
  }

  session(name: string): Locator {
    return this.sessions.getByRole('listitem').filter({ hasText: new RegExp(`^${name}\\s*(exit|$)`) })
  }

  async type(text: string): Promise<void> {
    await this.input.focus()
    await this.page.keyboard.type(text)
    await this.page.keyboard.press('Enter')
  }

  async close(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Close ${name}`, exact: true }).click()
  }
}
