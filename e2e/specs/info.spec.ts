import { expect, test } from '../test'

test('"Copy as text" equals the server section of docker info', async ({ quayside, shell }) => {
  const home = await shell.openHome()
  await home.copyAsText.click()
  await expect(quayside.page.getByRole('status').filter({ hasText: /copied/i })).toBeVisible()
  const copied = await quayside.app.evaluate(({ clipboard }) => clipboard.readText())
  const info = await quayside.docker('info')
  expect(inOrder(copied)).toBe(inOrder(info.slice(info.indexOf('Server:'))))
})

/** The CLI prints the runtimes in the random order of a Go map, another one each time; everything else is compared as it is. */
function inOrder(text: string): string {
  return text
    .trimEnd()
    .replace(
      /^( Runtimes:)(.*)$/m,
      (_line, label: string, names: string) => label + names.split(' ').sort().join(' ')
    )
}

test('Home shows what docker info says and links its counts to filtered lists', async ({
  quayside,
  shell
}) => {
  await shell.openHome()
  const info = JSON.parse(await quayside.docker('info', '--format', '{{json .}}')) as Record<string, string>
  const main = quayside.page.getByRole('main')
  for (const key of ['ServerVersion', 'Driver', 'KernelVersion', 'OperatingSystem', 'DockerRootDir', 'ID'])
    await expect(main).toContainText(info[key] ?? 'absent')
  await main
    .getByRole('link', { name: /Running/ })
    .first()
    .click()
  await expect(quayside.page).toHaveURL(/containers\?state=running/)
})
