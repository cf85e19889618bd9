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

  /** When the text is first drawn, in the page's own milliseconds. */
  async shows(text: string): Promise<number> {
    return await this.screen.evaluate(
      (screen, wanted) =>
        new Promise<number>((resolve) => {
          const look = (): void => {
            if (screen.textContent.includes(wanted)) resolve(performance.now())
            else requestAnimationFrame(look)
          }
          look()
        }),
      text
    )
  }

  /** Clicks where that text stands on the screen. */
  async clickText(text: string): Promise<void> {
    const at = await this.screen.evaluate((screen, wanted) => {
      for (const row of screen.children) {
        const index = row.textContent.indexOf(wanted)
        if (index === -1 || row.textContent.includes('printf')) continue
        const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT)
        let before = 0
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          const length = node.textContent?.length ?? 0
          if (before + length > index) {
            const range = document.createRange()
            range.setStart(node, index - before)
            range.setEnd(node, index - before + 1)
            const { left, top, width, height } = range.getBoundingClientRect()
            return { x: left + width / 2, y: top + height / 2 }
          }
          before += length
        }
      }
      return null
    }, text)
    if (at === null) throw new Error(`The screen does not show ${text}.`)
    // A terminal looks for links where the mouse moves.
    await this.page.mouse.move(at.x, at.y + 100)
    await this.page.mouse.move(at.x, at.y, { steps: 5 })
    await this.page.mouse.click(at.x, at.y)
  }

  /** Chooses from the context menu. */
  async menu(item: string): Promise<void> {
    await this.page.locator('.xterm-screen').click({ button: 'right', position: { x: 200, y: 120 } })
    await this.page.getByRole('menuitem', { name: item }).click()
  }

  async close(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Close ${name}`, exact: true }).click()
  }
}
