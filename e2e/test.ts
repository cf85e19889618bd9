/** The `test` of every spec: one app with an engine of its own for all specs that a worker runs, cleaned up at its end. */
import { test as base } from '@playwright/test'
import { ContainersPage } from './pages/containers-page'
import { Shell } from './pages/shell'
import { launch, removeHome, type Quayside } from './quayside'

interface PerTest {
  readonly shell: Shell
  readonly containers: ContainersPage
}
interface PerWorker {
  readonly quayside: Quayside
}

export const test = base.extend<PerTest, PerWorker>({
  quayside: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names a fixture needs from this pattern
    async ({}, use) => {
      const quayside = await launch()
      await new Shell(quayside.page).engine.filter({ hasText: /^Running/ }).waitFor({ timeout: 60_000 })
      await use(quayside)
      await quayside.quit()
      await removeHome(quayside.home)
    },
    { scope: 'worker', timeout: 120_000 }
  ],
  shell: async ({ quayside }, use) => {
    const shell = new Shell(quayside.page)
    await use(shell)
    await shell.dismissToasts()
  },
  containers: async ({ shell }, use) => {
    await use(await shell.openContainers())
  }
})

export { expect } from '@playwright/test'
