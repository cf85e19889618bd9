import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { seriousFindings } from '../axe'
import { LogsPage } from '../pages/logs-page'
import { importBusybox, type Quayside } from '../quayside'
import { expect, test } from '../test'

test.beforeAll(async ({ quayside }) => {
  await importBusybox(quayside)
})

/** It ends in a way that patterns with nested repetitions never get over. */
const OUTSIDE = `needle from outside ${'a'.repeat(60)}!`

const run = (quayside: Quayside, name: string, script: string, ...options: string[]): Promise<string> =>
  quayside.docker(
    'run',
    '-d',
    '--network',
    'none',
    '--name',
    name,
    ...options,
    'busybox:test',
    'sh',
    '-c',
    script
  )

/** The native dialog answers this path; tests have no file dialogs. */
async function saveAs(quayside: Quayside, filePath: string): Promise<void> {
  await quayside.app.evaluate(({ dialog }, path) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path })
  }, filePath)
}

test('a log of 100,000 lines equals docker logs; it is searched, stepped through, filtered and exported', async ({
  quayside,
  containers
}) => {
  test.setTimeout(240_000)
  const script =
    'awk \'BEGIN{for(i=1;i<=100000;i++) print (i%1000==0 ? "needle" : "hay") " line " i}\'; sleep 1000'
  const id = await run(quayside, 'many', `busybox ${script}`)
  const written = (): Promise<string> => quayside.docker('logs', id)
  await expect.poll(async () => (await written()).endsWith('line 100000'), { timeout: 60_000 }).toBe(true)
  const expected = (await written()).split('\n')
  await containers.table.getByRole('link', { name: 'many', exact: true }).click()
  const logs = new LogsPage(quayside.page)
  await expect(quayside.page.getByText('100,000 lines · following')).toBeVisible()
  expect(await logs.lines()).toEqual(expected.slice(-(await logs.lines()).length))

  await logs.scrollTo('start')
  await expect.poll(async () => (await logs.lines())[0]).toBe(expected[0])
  await quayside.docker('exec', 'many', 'sh', '-c', `echo ${OUTSIDE} > /proc/1/fd/1`)
  await expect(quayside.page.getByText('100,001 lines')).toBeVisible()
  expect((await logs.lines())[0]).toBe(expected[0])

  await quayside.page.keyboard.press('Control+f')
  await expect(logs.search).toBeFocused()
  await quayside.page.keyboard.type('needle')
  await expect(logs.matches).toHaveText('101 matches')
  await quayside.page.keyboard.press('Enter')
  await expect(logs.log.locator('.current')).toHaveText('needle line 1000')
  await quayside.page.keyboard.press('Enter')
  await expect(logs.log.locator('.current')).toHaveText('needle line 2000')
  await quayside.page.keyboard.press('Shift+Enter')
  await quayside.page.keyboard.press('Shift+Enter')
  await expect(logs.log.locator('.current')).toHaveText(OUTSIDE)

  await logs.toggle('Only matching lines').click()
  await expect(quayside.page.getByText('101 lines')).toBeVisible()
  const file = join(quayside.home, 'exported.log')
  await saveAs(quayside, file)
  await logs.exportButton.click()
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).not.toBe('')
  const found = [...expected.filter((line) => line.startsWith('needle')), OUTSIDE]
  expect(await readFile(file, 'utf8')).toBe(`${found.join('\n')}\n`)
  await rm(file)
  await logs.search.fill('')
  await expect(quayside.page.getByText('100,001 lines')).toBeVisible()
  await logs.exportButton.click()
  await expect.poll(() => readFile(file, 'utf8').catch(() => '')).not.toBe('')
  expect((await readFile(file, 'utf8')).trimEnd()).toBe(await quayside.docker('logs', id))

  await logs.toggle('Only matching lines').click()
  await logs.toggle('Regular expression').click()
  await logs.search.fill('line \\d{4}$')
  await expect(logs.matches).toHaveText('9000 matches')
  await logs.search.fill('line (')
  const alert = quayside.page.getByRole('alert')
  await expect(alert.filter({ hasText: 'not a regular expression' })).toBeVisible()
  await logs.search.fill('(a+)+$')
  await expect(alert.filter({ hasText: 'takes too long' })).toBeVisible({ timeout: 60_000 })
  await logs.search.fill('99999$')
  await expect(logs.matches).toHaveText('1 match')
  await logs.toggle('Regular expression').click()
  await logs.search.fill('')
  expect(await seriousFindings(quayside.page)).toEqual([])
})

test('streams, colours, hostile lines, timestamps, selection and clearing', async ({ quayside, shell }) => {
  const lines = [
    "printf '\\033[31mred\\033[0m and plain\\n'",
    'echo problem >&2',
    "printf '\\033]0;title\\007\\033[2J<b>bold</b>\\000\\n'",
    "printf '10%%\\r100%%\\n'",
    'echo see https://example.com/a?b=1, please'
  ]
  const id = await run(quayside, 'odd', `${lines.join('; ')}; sleep 1000`)
  await shell.openContainers()
  const logs = new LogsPage(quayside.page)
  await logs.open(id)
  await expect(logs.log).toContainText('please')
  const shown = ['red and plain', 'problem', '<b>bold</b>␀', '100%', 'see https://example.com/a?b=1, please']
  expect((await logs.lines()).sort()).toEqual([...shown].sort())
  await expect(logs.log.getByText('red', { exact: true })).toHaveClass(/fg-1/)

  const streams = quayside.page.getByRole('combobox', { name: 'Streams' })
  await streams.selectOption('stderr')
  await expect(logs.log).toHaveText('problem')
  await streams.selectOption('both')
  await logs.toggle('Timestamps').click()
  const [first] = (await quayside.docker('logs', '-t', id)).split('\n')
  await expect(logs.log).toContainText(first!.split(' ')[0]!)
  await logs.toggle('Timestamps').click()

  // A range of time: nothing is as late as that, and all of it is of the last hour.
  const timeRange = quayside.page.getByRole('button', { name: 'Time range' })
  const range = quayside.page.getByRole('dialog', { name: 'Time range' })
  await timeRange.click()
  await range.getByLabel('Since').fill('2100-01-01T00:00:00')
  await range.getByLabel('Since').press('Escape')
  await expect(range).toBeHidden()
  await expect(quayside.page.getByText('No line is shown')).toBeVisible()
  await expect(timeRange).toHaveText('Since 2100-01-01 00:00')
  await timeRange.click()
  await range.getByRole('button', { name: 'Last hour' }).click()
  await expect(quayside.page.getByText('5 lines ·')).toBeVisible()
  await timeRange.click()
  await range.getByRole('button', { name: 'All time' }).click()
  await expect(timeRange).toHaveText('All time')

  await logs.log.focus()
  await quayside.page.keyboard.press('Control+a')
  await quayside.page.keyboard.press('Control+c')
  const clipboard = (): Promise<string> => quayside.app.evaluate(({ clipboard: board }) => board.readText())
  await expect.poll(async () => (await clipboard()).split('\n').sort()).toEqual([...shown].sort())

  const opened = await quayside.app.evaluateHandle(({ shell: desktop }) => {
    const urls: string[] = []
    desktop.openExternal = (url) => Promise.resolve(void urls.push(url))
    return urls
  })
  await logs.log.getByRole('link').click()
  const dialog = quayside.page.getByRole('dialog', { name: 'Open a link' })
  await expect(dialog).toContainText('example.com')
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  await expect.poll(() => opened.jsonValue()).toEqual(['https://example.com/a?b=1'])

  await logs.toggle('Clear').click()
  await expect(quayside.page.getByText('0 lines ·')).toBeVisible()
  await logs.toggle('Show cleared lines').click()
  await expect(quayside.page.getByText('5 lines ·')).toBeVisible()
  await quayside.docker('rm', '-f', id)
  await expect(quayside.page.getByText('the container was removed')).toBeVisible()
  expect((await logs.lines()).length).toBe(5)
})

test('JSON lines have columns and levels; a compose project is merged by time', async ({
  quayside,
  shell
}) => {
  const json =
    'i=0; while [ $i -lt 60 ]; do i=$((i+1)); l=info; [ $((i % 3)) = 0 ] && l=error; echo "{\\"level\\":\\"$l\\",\\"msg\\":\\"request $i\\",\\"path\\":\\"/p\\"}"; done; sleep 1000'
  const project = ['--label', 'com.docker.compose.project=shop', '--label']
  const api = await run(quayside, 'shop-api', json, ...project, 'com.docker.compose.service=api')
  await run(
    quayside,
    'shop-db',
    'for i in 1 2 3; do echo db $i; sleep 0.1; done; sleep 1000',
    ...project,
    'com.docker.compose.service=db'
  )
  await shell.openContainers()
  const logs = new LogsPage(quayside.page)
  await logs.open(api)
  await expect(logs.log).toContainText('request 60')
  await expect(logs.log).not.toContainText('{"level"')
  await expect(quayside.page.getByRole('figure', { name: 'Lines over time' })).toBeVisible()
  const levels = quayside.page.getByRole('group', { name: 'Levels' })
  await expect(levels.getByRole('button', { name: 'Error 20' })).toBeVisible()
  await levels.getByRole('button', { name: 'Info 40' }).click()
  await expect(quayside.page.getByText('20 lines')).toBeVisible()

  const page = await shell.openContainers()
  await page.table.getByRole('link', { name: 'Logs of shop' }).click()
  await expect(quayside.page.getByRole('heading', { name: 'Logs of shop' })).toBeVisible()
  await expect(quayside.page.getByText('63 lines of 2 containers')).toBeVisible()
  await expect(logs.log).toContainText('db 3')
  await expect(logs.log.getByText('db', { exact: true }).first()).toBeVisible()
  await logs.search.fill('db 2')
  await expect(logs.matches).toHaveText('1 match')
  expect(await seriousFindings(quayside.page)).toEqual([])
})
