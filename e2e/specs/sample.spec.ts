import { expect, test } from '../test'

const NAME = 'quayside-sample'

test.beforeAll(async ({ quayside }) => {
  // The worker's engine may hold what earlier files left; a new user's has nothing.
  const ids = (await quayside.docker('ps', '-aq')).split('\n').filter((id) => id !== '')
  if (ids.length > 0) await quayside.docker('rm', '-f', ...ids)
})

test('the sample starts with one click, serves its page, and stops, and the docker CLI agrees at each step', async ({
  quayside,
  containers
}) => {
  const { docker, app, page } = quayside
  expect(await docker('ps', '-aq')).toBe('')

  await containers.startSample.click()
  await expect(containers.row(NAME)).toContainText('Running')
  expect(await docker('ps', '--format', '{{.Names}} {{.Image}} {{.State}}')).toBe(
    `${NAME} quayside/sample:latest running`
  )

  // The browser is the one part that is not real here: what it would be sent to is fetched instead.
  await app.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = (url) => {
      opened.push(url)
      return Promise.resolve()
    }
  })
  const published = (await docker('port', NAME, '80/tcp')).split('\n')[0]?.split(':').at(-1) ?? ''
  await containers
    .row(NAME)
    .getByRole('link', { name: new RegExp(`^${published}`) })
    .click()
  await expect
    .poll(() => app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened))
    .toEqual([`http://localhost:${published}/`])
  const body = await (await fetch(`http://localhost:${published}/`)).text()
  expect(body).toContain('Your container is running')

  await containers.button(NAME, 'Stop').click()
  await expect(containers.row(NAME)).toContainText('Exited')
  expect(await docker('ps', '-a', '--format', '{{.Names}} {{.State}}')).toBe(`${NAME} exited`)
  await expect(fetch(`http://localhost:${published}/`)).rejects.toThrow()

  await containers.button(NAME, 'Start').click()
  await expect(containers.row(NAME)).toContainText('Running')
  expect(await docker('inspect', '-f', '{{.State.Status}}', NAME)).toBe('running')

  await containers.button(NAME, 'Remove').click()
  const dialog = page.getByRole('dialog', { name: 'Remove container' })
  await expect(dialog).toContainText(NAME)
  await dialog.getByRole('button', { name: 'Stop and remove' }).click()
  await expect(containers.row(NAME)).toHaveCount(0)
  expect(await docker('ps', '-aq')).toBe('')
})
