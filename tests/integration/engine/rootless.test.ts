/** The engine of an ordinary user: made as one (`quaytest`, created when missing), with everything in namespaces. */
import { execFile, execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleDir, canRunEngine, processesBelow, SYSTEM_PATH } from '../engine-fixture'
import { startApp, type AppProcess } from './app'
import { eventually, leftovers, supervisedHome, type SupervisedHome } from './supervised'

const exec = promisify(execFile)
const USER = 'quaytest'

describe.skipIf(!canRunEngine || !existsSync('/usr/bin/newuidmap'))('a rootless engine', () => {
  let home: SupervisedHome
  let app: AppProcess
  let ids: { readonly uid: number; readonly gid: number }

  /** The bundled CLI as the user; it answers stdout. */
  const docker = async (...args: string[]): Promise<string> => {
    const env = {
      PATH: `${bundleDir}/bin:${SYSTEM_PATH}`,
      DOCKER_CONFIG: `${home.home}/cli`,
      HOME: home.home
    }
    const options = { env: { ...env, DOCKER_HOST: `unix://${home.paths.socket}` }, ...ids }
    return (await exec(`${bundleDir}/bin/docker`, args, options)).stdout.replace(/\n$/, '')
  }

  beforeAll(async () => {
    ids = ensureUser()
    const folder = mkdtempSync('/tmp/q-')
    home = supervisedHome({ home: folder })
    execFileSync('chown', ['-R', `${ids.uid}:${ids.gid}`, folder])
    chownSync(folder, ids.uid, ids.gid)
    app = await startApp({ home: folder, user: ids })
    await app.until('running', 90_000)
    await home.importBusybox()
  }, 150_000)

  afterAll(async () => {
    await app.kill('SIGKILL')
    await home.remove()
  })

  test('runs as the user, rootless by its own words, and passes its own list of requirements', async () => {
    const info = await docker('info', '-f', '{{json .SecurityOptions}} {{.Driver}} {{.LiveRestoreEnabled}}')
    expect(info).toContain('name=rootless')
    expect(info).toMatch(/(overlay2|fuse-overlayfs|overlayfs) false$/)
    expect(app.output()).not.toContain('precondition')
    for (const { pid } of processesBelow(home.home)) {
      expect(readFileSync(`/proc/${pid}/status`, 'utf8')).not.toMatch(/^Uid:\s+0\b/m)
    }
  })

  test('runs a container and publishes its port on this machine', async () => {
    const serve = ['httpd', '-f', '-p', '80', '-h', '/etc']
    await docker(
      'run',
      '-d',
      '--name',
      'web',
      '--restart',
      'always',
      '-p',
      '127.0.0.1:18080:80',
      'busybox:test',
      ...serve
    )
    await eventually(
      async () => await page('http://127.0.0.1:18080/passwd').then((text) => text.includes('root'))
    )
  })

  test('starts again after dockerd was killed, with the containers that are to be restarted', async () => {
    const dockerd = processesBelow(home.home).find(({ command }) => /^\S*\/dockerd /.test(command))
    process.kill(dockerd?.pid ?? 0, 'SIGKILL')
    await eventually(() => app.output().includes('backoff'))
    await app.until('running')
    await eventually(
      async () => await page('http://127.0.0.1:18080/passwd').then((text) => text.includes('root'))
    )
  })

  test('is adopted by the next app when the app was killed', async () => {
    const before = rootlesskit(home)
    await app.kill('SIGKILL')
    expect(rootlesskit(home)).toBe(before)
    app = await startApp({ home: home.home, user: ids })
    await app.until('running')
    expect(rootlesskit(home)).toBe(before)
    expect(await docker('ps', '--format', '{{.Names}}')).toBe('web')
  })

  test('leaves nothing when it is stopped', async () => {
    await docker('update', '--restart', 'no', 'web')
    await app.kill('SIGTERM')
    await eventually(() => leftovers(home.home).length === 0, 10_000).catch(() => undefined)
    expect(leftovers(home.home)).toEqual([])
    expect(processesOf(ids.uid)).toEqual([])
  })
})

function ensureUser(): { readonly uid: number; readonly gid: number } {
  try {
    execFileSync('id', [USER], { stdio: 'ignore' })
  } catch {
    execFileSync('useradd', ['-m', USER])
  }
  const number = (flag: string): number => Number(execFileSync('id', [flag, USER], { encoding: 'utf8' }))
  return { uid: number('-u'), gid: number('-g') }
}

async function page(url: string): Promise<string> {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(2000) })).text()
  } catch {
    return ''
  }
}

function rootlesskit({ home }: SupervisedHome): number {
  const found = processesBelow(home).filter(({ command }) => /^\S*\/rootlesskit /.test(command))
  return Math.min(...found.map(({ pid }) => pid))
}

/** The user's processes that are left, whatever they are; one that only waits for pid 1 to see its end is gone. */
function processesOf(uid: number): string[] {
  const table = execFileSync('ps', ['-eo', 'uid=,pid=,args='], { encoding: 'utf8' })
  return table.split('\n').filter((line) => line.trim().startsWith(`${uid} `) && !line.includes('<defunct>'))
}
