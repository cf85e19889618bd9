import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CallReply } from '../../src/shared/contract/wire'
import { importBusybox } from '../quayside'
import { expect, test } from '../test'

declare const window: { readonly quayside: { call(name: unknown, params: unknown): Promise<CallReply> } }

test('text of the engine is shown as text', async ({ quayside, containers }) => {
  await importBusybox(quayside)
  const html = '<img src=x onerror=alert(1)>'
  const dialogs: string[] = []
  quayside.page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await quayside.docker(
    'create',
    '--name',
    'hostile',
    '--label',
    `x=${html}`,
    'busybox:test',
    'echo',
    html,
    '\u202e\u0007'
  )
  await expect(containers.row('hostile')).toBeVisible()
  await containers.row('hostile').getByRole('link', { name: 'hostile' }).click()
  await expect(quayside.page.getByRole('heading', { level: 1, name: 'hostile' })).toBeVisible()
  await quayside.page.getByRole('tab', { name: 'Inspect' }).click()
  await expect(quayside.page.getByRole('main')).toContainText(html)
  expect(dialogs).toEqual([])
  await quayside.docker('rm', '-f', 'hostile')
})

test('requests that are not the contract’s are refused and logged', async ({ quayside }) => {
  const refused = await quayside.page.evaluate(async () => {
    const code = async (name: unknown, params: unknown): Promise<string> => {
      try {
        const reply = await window.quayside.call(name, params)
        return reply.ok ? 'ok' : reply.error.code
      } catch (error) {
        return `threw: ${String(error)}`
      }
    }
    return {
      unknown: await code('containers.exec', {}),
      inherited: await code('constructor.constructor', {}),
      proto: await code('__proto__.toString', {}),
      wrongType: await code('containers.start', { id: 7 }),
      path: await code('containers.start', { id: '../images/json' }),
      huge: await code('containers.start', { id: 'x'.repeat(50_000_000) }),
      streamAsCall: await code('containers.watch', undefined),
      name: await code({ toString: 'containers.start' }, {})
    }
  })
  expect(refused).toEqual({
    unknown: 'Forbidden',
    inherited: 'Forbidden',
    proto: 'Forbidden',
    wrongType: 'InvalidParameter',
    path: 'InvalidParameter',
    huge: 'InvalidParameter',
    streamAsCall: 'Forbidden',
    name: 'Forbidden'
  })
  const log = readFileSync(join(quayside.home, 'logs', 'quayside.log'), 'utf8')
  expect(log).toContain('containers.exec')
})

test('no log holds the value of a variable, whether what had it ran or was refused', async ({ quayside }) => {
  await importBusybox(quayside)
  const secret = `secret-${randomUUID()}`
  const call = (name: string, params: unknown): Promise<string> =>
    quayside.page.evaluate(
      async ([method, given]) => {
        const reply = await window.quayside.call(method, given)
        return reply.ok ? 'ok' : reply.error.code
      },
      [name, params] as const
    )
  const run = {
    image: 'busybox:test',
    command: ['sleep', '300'],
    ports: [],
    volumes: [],
    createFolders: false
  }
  const env = [`TOKEN=${secret}`]
  const answers = [
    await call('containers.run', { ...run, name: 'keeper', env }),
    await call('containers.run', { ...run, name: 'keeper', env }),
    await call('containers.run', { ...run, name: 'mute', env, command: ['/no/such/program', secret] }),
    await call('containers.run', { ...run, name: 'odd', env: [`=${secret}`] }),
    await call('containers.run', { ...run, name: 'wrong', env: secret })
  ]
  expect(answers).toEqual(['ok', 'Conflict', 'InvalidParameter', 'InvalidParameter', 'InvalidParameter'])
  const id = (await quayside.docker('inspect', '-f', '{{.Id}}', 'keeper')).trim()
  const exec = { id, user: '', workingDir: '', env, size: { columns: 80, rows: 24 } }
  expect([
    await call('exec.open', { ...exec, command: ['sh', '-c', 'exit 3'] }),
    await call('exec.open', { ...exec, command: ['sh'], env: secret })
  ]).toEqual(['ok', 'InvalidParameter'])
  await quayside.docker('rm', '-f', 'keeper')

  const folder = join(quayside.home, 'logs')
  const logs = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  expect(logs.join('')).toContain('"call":"containers.run"')
  expect(logs.filter((log) => log.includes(secret))).toEqual([])
})

test('the page can reach nothing but its own files', async ({ quayside }) => {
  const settings = await quayside.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => {
      // Not in the type definitions, but the only way to see what a page really runs with.
      const seen = contents as unknown as { getLastWebPreferences: () => Record<string, unknown> }
      const { sandbox, contextIsolation, nodeIntegration, webviewTag } = seen.getLastWebPreferences()
      return { sandbox, contextIsolation, nodeIntegration, webviewTag }
    })
  )
  for (const one of settings)
    expect(one).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false })
  const reached = await quayside.page.evaluate(async () => {
    const get = async (url: string): Promise<string> => {
      try {
        return String((await fetch(url)).status)
      } catch {
        return 'blocked'
      }
    }
    return [
      await get('http://localhost:1/'),
      await get('file:///etc/passwd'),
      await get('app://quayside/..%2f..%2fpackage.json')
    ]
  })
  expect(reached).toEqual(['blocked', 'blocked', '404'])
})
