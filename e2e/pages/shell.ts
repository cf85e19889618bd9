/** What is on every page: navigation, the engine's state, the palette. Locators and verbs only. */
import type { Locator, Page } from '@playwright/test'
import { ContainersPage } from './containers-page'
import { HomePage } from './home-page'
import { ImagesPage } from './images-page'
import { RegistriesPage } from './registries-page'

export class Shell {
  readonly page: Page
  readonly navigation: Locator
  readonly engine: Locator
  readonly startEngine: Locator
  readonly stopEngine: Locator

  constructor(page: Page) {
    this.page = page
    this.navigation = page.getByRole('navigation', { name: 'Main navigation' })
    this.engine = page.getByRole('status', { name: 'Engine' })
    this.startEngine = page.getByRole('contentinfo').getByRole('button', { name: 'Start engine' })
    this.stopEngine = page.getByRole('contentinfo').getByRole('button', { name: 'Stop engine' })
  }

  async openHome(): Promise<HomePage> {
    await this.open('Home')
    return new HomePage(this.page)
  }

  async openContainers(): Promise<ContainersPage> {
    await this.open('Containers')
    return new ContainersPage(this.page)
  }

  async openImages(): Promise<ImagesPage> {
    await this.open('Images')
    return new ImagesPage(this.page)
  }

  async openBuilds(): Promise<void> {
    await this.open('Builds')
  }

  async openRegistries(): Promise<RegistriesPage> {
    await this.open('Registries')
    return new RegistriesPage(this.page)
  }

  async openSettings(): Promise<void> {
    await this.open('Settings')
  }

  async openPalette(): Promise<Locator> {
    await this.page.keyboard.press('ControlOrMeta+k')
    return this.page.getByRole('dialog', { name: 'Command palette' })
  }

  /** The specs share an app: what one made it say is not to be met by the next. */
  async dismissToasts(): Promise<void> {
    const dismiss = this.page
      .getByRole('region', { name: 'Notifications' })
      .getByRole('button', { name: 'Dismiss', exact: true })
    for (let left = await dismiss.count(); left > 0; left = await dismiss.count()) {
      // One that goes by itself may be gone before the click.
      await dismiss
        .first()
        .click({ timeout: 1000 })
        .catch(() => undefined)
    }
  }

  private async open(name: string): Promise<void> {
    await this.navigation.getByRole('link', { name, exact: true }).click()
    await this.page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  }
}
