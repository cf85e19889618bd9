import { seriousFindings } from '../axe'
import { importBusybox } from '../quayside'
import { expect, test } from '../test'

const THEMES = ['Light', 'Dark', 'High contrast'] as const
const PAGES = ['Home', 'Containers', 'Images', 'Builds', 'Registries', 'Settings'] as const

test.beforeAll(async ({ quayside }) => {
  await importBusybox(quayside)
  await quayside.docker(
    'run',
    '-d',
    '--name',
    'running-one',
    '-p',
    '18080:80',
    'busybox:test',
    'sleep',
    '1000'
  )
  await quayside.docker('create', '--name', 'created-one', 'busybox:test', 'sleep', '1000')
})

for (const theme of THEMES) {
  test(`axe finds nothing serious on any page in the ${theme.toLowerCase()} theme`, async ({
    quayside,
    shell
  }) => {
    const { page } = quayside
    await shell.openSettings()
    await page.getByRole('radio', { name: theme }).check()
    for (const name of PAGES) {
      await shell.navigation.getByRole('link', { name, exact: true }).click()
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
      expect(await seriousFindings(page), `${name}, ${theme}`).toEqual([])
    }
    const containers = await shell.openContainers()
    await containers.openRunDialog()
    expect(await seriousFindings(page), `run dialog, ${theme}`).toEqual([])
    await page.keyboard.press('Escape')
    await containers.button('created-one', 'Remove').click()
    expect(await seriousFindings(page), `remove dialog, ${theme}`).toEqual([])
    await page.keyboard.press('Escape')
    await shell.openPalette()
    expect(await seriousFindings(page), `palette, ${theme}`).toEqual([])
    await page.keyboard.press('Escape')
    await containers.row('running-one').getByRole('link', { name: 'running-one' }).click()
    await page.getByRole('heading', { level: 1, name: 'running-one' }).waitFor()
    expect(await seriousFindings(page), `container, ${theme}`).toEqual([])
  })
}

test('a container is run, stopped, started and removed with the keyboard alone', async ({
  quayside,
  shell
}) => {
  const { page } = quayside
  const containers = await shell.openContainers()

  await containers.runButton.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Run a container' })
  await expect(dialog.getByRole('combobox', { name: 'Image' }).or(dialog.getByLabel('Image'))).toBeFocused()
  await page.keyboard.type('busybox:test')
  await page.keyboard.press('Tab')
  await page.keyboard.type('by-keyboard')
  await page.keyboard.press('Tab')
  await page.keyboard.type('sleep 1000')
  await page.keyboard.press('Enter')
  await expect(containers.row('by-keyboard')).toContainText('Running')
  await expect(dialog).toHaveCount(0)

  await containers.button('by-keyboard', 'Stop').focus()
  await page.keyboard.press('Enter')
  await expect(containers.row('by-keyboard')).toContainText('Exited', { timeout: 30_000 })
  await containers.button('by-keyboard', 'Start').focus()
  await page.keyboard.press('Space')
  await expect(containers.row('by-keyboard')).toContainText('Running')

  await containers.row('by-keyboard').getByRole('link', { name: 'by-keyboard' }).focus()
  await page.keyboard.press('Delete')
  const remove = page.getByRole('dialog', { name: 'Remove container' })
  await remove.getByRole('button', { name: 'Stop and remove' }).focus()
  await page.keyboard.press('Enter')
  await expect(containers.row('by-keyboard')).toHaveCount(0)
})

test('the palette goes to a page and to a container', async ({ quayside, shell }) => {
  const { page } = quayside
  await shell.openHome()
  const palette = await shell.openPalette()
  await expect(palette).toBeVisible()
  await page.keyboard.type('created-one')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'created-one' })).toBeVisible()
  await shell.openPalette()
  await page.keyboard.type('Images')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Images' })).toBeVisible()
})
