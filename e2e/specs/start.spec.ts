import { mkdirSync, rmdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Shell } from '../pages/shell'
import { launch, makeHome, removeHome } from '../quayside'
import { expect, test } from '../test'

test('a start without a display says why the engine does not run, then saves a picture of a window that has loaded', async () => {
  const home = await makeHome()
  const picture = join(home, 'window.png')
  const broken = await launch({
    home,
    env: { QUAYSIDE_SCREENSHOT: picture },
    settings: { engine: { startAtLaunch: false } }
  })
  const said: string[] = []
  for (const stream of [broken.app.process().stdout, broken.app.process().stderr])
    stream?.on('data', (data: Buffer) => said.push(data.toString()))
  const shell = new Shell(broken.page)
  await expect(shell.engine).toHaveText(/^Stopped/)
  mkdirSync(broken.socket)
  await shell.startEngine.click()
  await expect(shell.engine).toHaveText(/^Failed/, { timeout: 30_000 })
  await expect
    .poll(() => said.join(''))
    .toMatch(/socket cannot be made: .* is a folder\. Remove or rename it/)
  await expect.poll(() => said.join('')).toContain(`Screenshot: ${picture}`)
  expect(statSync(picture).size).toBeGreaterThan(1000)

  rmdirSync(broken.socket)
  await shell.startEngine.click()
  await expect(shell.engine).toHaveText(/^Running/, { timeout: 60_000 })
  await expect.poll(() => said.join('').split('Screenshot: ').length, { timeout: 20_000 }).toBe(3)
  // What is still loading says that it is busy; a picture of it would be worth nothing.
  expect(await broken.page.locator('[aria-busy="true"]').count()).toBe(0)
  await broken.quit()
  expect(said.join('')).not.toContain('No handler registered')
  await removeHome(home)
})
