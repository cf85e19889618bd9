/** The dialog "Build an image" and the page of a build, by their accessible names. */
import type { Locator, Page } from '@playwright/test'

export class BuildDialog {
  readonly root: Locator

  constructor(private readonly page: Page) {
    this.root = page.getByRole('dialog', { name: 'Build an image' })
  }

  field(name: string): Locator {
    return this.root.getByRole('textbox', { name, exact: true })
  }

  get submit(): Locator {
    return this.root.getByRole('button', { name: 'Build', exact: true })
  }

  get command(): Locator {
    return this.root.getByRole('figure', { name: 'Command' })
  }

  /** From the page "Images", by keyboard. */
  async open(): Promise<void> {
    await this.page.getByRole('main').getByRole('button', { name: 'Build', exact: true }).focus()
    await this.page.keyboard.press('Enter')
    await this.root.waitFor()
  }
}

export class BuildPage {
  readonly steps: Locator
  readonly log: Locator
  readonly timeline: Locator
  readonly cancel: Locator
  readonly rebuild: Locator
  readonly failure: Locator

  constructor(page: Page) {
    const main = page.getByRole('main')
    this.steps = main.getByRole('list', { name: 'Steps' })
    this.log = main.getByRole('log', { name: 'Log', exact: true })
    this.timeline = main.getByRole('figure', { name: 'Timeline' })
    this.cancel = main.getByRole('button', { name: 'Cancel', exact: true })
    this.rebuild = main.getByRole('button', { name: 'Rebuild', exact: true })
    this.failure = main.getByRole('alert')
  }

  step(text: string, state: string): Locator {
    return this.steps.getByRole('listitem', { name: new RegExp(`${text}.* ${state}$`) })
  }
}
