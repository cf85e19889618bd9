import { seriousFindings } from '../axe'
import { ContainerPage } from '../pages/container-page'
import { importBusybox } from '../quayside'
import { expect, test } from '../test'

test.beforeAll(async ({ quayside }) => {
  await importBusybox(quayside)
})

const lines = (json: string): string[] =>
  json
    .split('\n')
    .map((line) => line.replace(/,$/, ''))
    .sort()

test('Inspect shows what docker inspect says, with risks said and secrets hidden until asked', async ({
  quayside,
  containers
}) => {
  const { docker, page } = quayside
  await docker('volume', 'create', '-o', 'type=none', '-o', 'o=bind', '-o', 'device=/', 'whole-host')
  const id = await docker(
    ...[
      'run',
      '-d',
      '--name',
      'inspected',
      '--cap-add',
      'SYS_ADMIN',
      '-e',
      'API_TOKEN=hunter2',
      '-e',
      'OTHER=hunter3'
    ],
    ...[
      '-v',
      'whole-host:/host:ro',
      '-v',
      '/var/run/docker.sock:/s',
      '--label',
      'html=<img src=x>',
      '-m',
      '64m'
    ],
    ...['busybox:test', 'sleep', '1000']
  )
  await containers.row('inspected').getByRole('link', { name: 'inspected', exact: true }).click()
  const container = new ContainerPage(page)
  const panel = await container.openTab('Inspect')
  await expect(panel).toContainText(id)
  await expect(panel).toContainText(
    await docker('inspect', '-f', '{{(index .NetworkSettings.Networks "bridge").MacAddress}}', id)
  )
  await expect(panel).toContainText('64MiB')
  await expect(panel).toContainText('<img src=x>')
  await expect(panel).toContainText('The container can read every file of this machine.')
  await expect(panel).toContainText('full control of that engine')
  await expect(panel).toContainText('as good as root')
  await expect(panel).not.toContainText('hunter')
  await panel.getByRole('button', { name: 'Show API_TOKEN' }).click()
  await expect(panel).toContainText('hunter2')
  await expect(panel).not.toContainText('hunter3')
  expect(await seriousFindings(page)).toEqual([])

  await panel.getByRole('button', { name: 'Raw JSON' }).click()
  const search = panel.getByRole('searchbox', { name: 'Search raw JSON' })
  await expect(panel.getByRole('textbox', { name: 'Raw JSON' })).toContainText('"Id"')
  await page.keyboard.press('ControlOrMeta+f')
  await expect(search).toBeFocused()
  await page.keyboard.type('hunter2')
  const matches = panel.getByRole('status', { name: 'Matches' })
  await expect(matches).toHaveText('No matches')
  await panel.getByRole('button', { name: 'Show secrets' }).click()
  await expect(matches).toHaveText('1 of 1')
  await search.fill('sleep')
  await search.press('Enter')
  await expect(matches).toHaveText(/^2 of \d+$/)
  await panel.getByRole('button', { name: 'Copy JSON' }).click()
  const copied = await quayside.app.evaluate(({ clipboard }) => clipboard.readText())
  // The engine lists mounts in another order each time it is asked; every line is there to the letter.
  expect(lines(copied)).toEqual(lines(await docker('inspect', 'inspected')))
  expect(await seriousFindings(page)).toEqual([])
})

test('Health follows the probes by themselves, and a container without a check says how to get one', async ({
  quayside
}) => {
  const { docker, page } = quayside
  const id = await docker(
    ...[
      'run',
      '-d',
      '--name',
      'probed',
      '--health-cmd',
      'cat /tmp/well && echo fine',
      '--health-interval',
      '1s'
    ],
    ...['--health-retries', '2', 'busybox:test', 'sleep', '1000']
  )
  const container = new ContainerPage(page)
  await container.open(id)
  const panel = await container.openTab('Health')
  const health = panel.getByRole('status', { name: 'Health' })
  await expect(health).toContainText('Unhealthy')
  await expect(page.getByRole('region', { name: 'Why it is unhealthy' })).toContainText('failed')
  await expect(panel.getByRole('table', { name: 'Last probes' })).toContainText('No such file')
  await expect
    .poll(async () => Number(/(\d+) failed/.exec((await health.textContent()) ?? '')?.[1]))
    .toBeGreaterThan(3)
  await expect(panel).toContainText('cat /tmp/well && echo fine')
  await docker('exec', 'probed', 'sh', '-c', 'echo > /tmp/well')
  await expect(health).toContainText('Healthy')
  await expect(panel.getByRole('table', { name: 'Last probes' })).toContainText('fine')
  expect(await docker('inspect', '-f', '{{.State.Health.Status}} {{.State.Health.FailingStreak}}', id)).toBe(
    'healthy 0'
  )
  expect(await seriousFindings(page)).toEqual([])
  const plain = await docker('run', '-d', '--name', 'unprobed', 'busybox:test', 'sleep', '1000')
  await container.open(plain, 'health')
  await expect(container.heading('unprobed')).toBeVisible()
  await expect(page.getByRole('tabpanel')).toContainText('--health-cmd')
})

test('a container that cannot get its port says who holds it, and runs with another one', async ({
  quayside,
  shell
}) => {
  const { docker, page } = quayside
  await docker('run', '-d', '--name', 'holds-port', '-p', '80', 'busybox:test', 'sleep', '1000')
  // Whichever is free: another engine may run on this machine.
  const port = Number((await docker('port', 'holds-port', '80/tcp')).split('\n')[0]?.split(':').at(-1))
  const id = await docker(
    'create',
    '--name',
    'wants-port',
    '-p',
    `${port}:80`,
    'busybox:test',
    'sleep',
    '1000'
  )
  await docker('start', 'wants-port').catch(() => undefined)
  const container = new ContainerPage(page)
  await shell.openContainers()
  await container.open(id)
  await expect(container.why).toContainText(`Port ${port} is already published by the container holds-port`)
  await expect(container.why).toContainText(await docker('inspect', '-f', '{{.State.Error}}', id))
  expect(await seriousFindings(page)).toEqual([])
  await container.why.getByRole('button', { name: 'Run with another port' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Run a container' })
  await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('wants-port-2')
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(dialog).toHaveCount(0)
  expect(await docker('port', 'wants-port-2')).toContain(`80/tcp -> 0.0.0.0:${port + 1}`)

  await container.open(id)
  await container.why.getByRole('button', { name: 'Open holds-port' }).click()
  await expect(container.heading('holds-port')).toBeVisible()
  await expect(container.why).toHaveCount(0)
})

test('a container that dies while the window is hidden notifies once, and a click opens its page', async ({
  quayside
}) => {
  const { app, docker, page } = quayside
  // The desktop's notifications are the one part that is not real here.
  await app.evaluate(({ Notification }) => {
    const shown: InstanceType<typeof Notification>[] = []
    Object.assign(globalThis, { shown })
    Notification.isSupported = () => true
    Notification.prototype.show = function (this: InstanceType<typeof Notification>) {
      shown.push(this)
    }
  })
  const titles = () =>
    app.evaluate(() =>
      (globalThis as unknown as { shown: { title: string }[] }).shown.map(({ title }) => title)
    )
  const hide = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())

  await docker('run', '-d', '--name', 'stopped-by-me', '--stop-timeout', '0', 'busybox:test', 'sleep', '1000')
  await hide()
  await docker('stop', 'stopped-by-me')
  await docker('run', '-d', '--name', 'dies', 'busybox:test', 'sh', '-c', 'echo last words >&2; exit 3')
  await expect.poll(titles).toEqual(['dies stopped by itself'])
  await app.evaluate(() =>
    (globalThis as unknown as { shown: { emit: (name: string) => void }[] }).shown[0]?.emit('click')
  )
  const container = new ContainerPage(page)
  await expect(container.heading('dies')).toBeVisible()
  await expect(container.why).toContainText('Exit code 3')
  await expect(container.why).toContainText('last words')
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())).toBe(true)

  await page.getByRole('link', { name: 'Settings', exact: true }).click()
  const died = page.getByRole('checkbox', { name: 'A container stopped by itself' })
  await died.click()
  await expect(died).not.toBeChecked()
  await docker('run', '--name', 'dies-unheard', 'busybox:test', 'false').catch(() => undefined)
  await docker('run', '--name', 'hungry', '-m', '16m', 'busybox:test', 'sh', '-c', 'x=$(yes)').catch(
    () => undefined
  )
  await expect.poll(titles).toEqual(['dies stopped by itself', 'hungry ran out of memory'])
  await died.click()
  await expect(died).toBeChecked()
  const waiting = ['sh', '-c', 'until [ -e /go/now ]; do sleep 0.1; done; exit 1']
  const crowd = ['crowd-a', 'crowd-b', 'crowd-c']
  for (const name of crowd)
    await docker('run', '-d', '--name', name, '-v', 'go:/go', 'busybox:test', ...waiting)
  await docker('exec', 'crowd-a', 'sh', '-c', 'echo > /go/now')
  await expect.poll(titles).toContain('3 containers stopped by themselves')
})
