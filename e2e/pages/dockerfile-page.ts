/** The editor of Dockerfiles, on its page and in the form of a build. Locators and verbs only. */
import type { Locator, Page } from '@playwright/test'

export class DockerfileEditor {
  readonly text: Locator
  readonly problems: Locator
  readonly stages: Locator
  readonly offers: Locator
  readonly checked: Locator

  /** `root` is the page's main part, or the dialog. */
  constructor(
    private readonly page: Page,
    root: Locator
  ) {
    this.text = root.getByRole('textbox', { name: 'Dockerfile', exact: true })
    this.problems = root.getByRole('list', { name: 'Problems', exact: true })
    this.stages = root.getByRole('list', { name: 'Stages', exact: true })
    this.offers = page.getByRole('listbox', { name: 'Completions' })
    this.checked = root.getByText('Checked by BuildKit.')
  }

  problem(name: string | RegExp): Locator {
    return this.problems.getByRole('listitem', { name })
  }

  stage(name: string | RegExp): Locator {
    return this.stages.getByRole('listitem', { name })
  }

  /** At the end of the text, by keyboard. */
  async typeAtEnd(text: string): Promise<void> {
    await this.text.focus()
    await this.page.keyboard.press('Control+End')
    await this.page.keyboard.type(text)
  }
}

export class DockerfilePage extends DockerfileEditor {
  readonly state: Locator
  readonly unsaved: Locator

  constructor(page: Page) {
    const main = page.getByRole('main')
    super(page, main)
    this.state = main.getByRole('status', { name: 'File' })
    this.unsaved = page.getByRole('dialog', { name: 'Save your changes?' })
  }
}
