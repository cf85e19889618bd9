/** Two rootful engines in one network, as two apps with two homes are: neither may disturb the other. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bridgeName } from '@main/engine/hosts/linux-network'
import { canRunEngine } from '../engine-fixture'
import { leftovers, supervisedHome, type SupervisedHome } from './supervised'

const exec = promisify(execFile)

describe.skipIf(!canRunEngine)('two engines in one network', () => {
  let network: ChildProcess
  let enter: string[]
  let homes: SupervisedHome[] = []

  beforeEach(async () => {
    const hold = 'busybox ip link set lo up; echo ready; exec sleep 600'
    network = spawn('/usr/bin/unshare', ['--net', '/bin/sh', '-c', hold], {
      stdio: ['ignore', 'pipe', 'inherit']
    })
    await once(network.stdout as NodeJS.ReadableStream, 'data')
    enter = ['/usr/bin/nsenter', '-t', String(network.pid), '-n']
    homes = [supervisedHome(), supervisedHome()]
  })
  afterEach(async () => {
    for (const home of homes) await home.remove()
    network.kill('SIGKILL')
  })

  const inside = async (...command: string[]): Promise<string> => {
    const [first = '', ...rest] = [...enter, ...command]
    return (await exec(first, rest)).stdout
  }
  const rulesAbout = async (name: string): Promise<string[]> =>
    (await inside('iptables-save')).split('\n').filter((line) => line.includes(` ${name} `))

  const serve = async (home: SupervisedHome, port: number, text: string): Promise<void> => {
    const image = await home.importBusybox()
    const script = `mkdir /w; echo ${text} > /w/index.html; exec httpd -f -p 80 -h /w`
    await home.docker('run', '-d', '--stop-timeout', '0', '-p', `${port}:80`, image, 'sh', '-c', script)
    await expect.poll(() => fetched(port), { timeout: 10_000 }).toBe(text)
  }
  const fetched = async (port: number): Promise<string> => {
    const got = await inside('busybox', 'wget', '-qO-', `http://127.0.0.1:${port}/`).catch(() => '')
    return got.trim()
  }

  test('each port leads to its own container, the rules of the first outlive the start of the second, and nothing stays', async () => {
    const [first, second] = homes as [SupervisedHome, SupervisedHome]
    const one = first.supervisor({ wrap: enter })
    await first.until(one, 'running')
    await first.docker('network', 'create', 'extra')
    await serve(first, 18091, 'one')
    const before = await rulesAbout(bridgeName(first.paths))
    expect(before.length).toBeGreaterThan(3)

    const two = second.supervisor({ wrap: enter })
    await second.until(two, 'running')
    await serve(second, 18092, 'two')
    expect(await fetched(18091)).toBe('one')
    await expect
      .poll(async () => (await rulesAbout(bridgeName(first.paths))).sort())
      .toEqual([...before].sort())
    expect(await inside('ip', '-br', 'link')).not.toContain('docker0')

    await one.dispose()
    expect(await fetched(18092)).toBe('two')
    expect(await rulesAbout(bridgeName(first.paths))).toEqual([])
    expect((await rulesAbout(bridgeName(second.paths))).length).toBeGreaterThan(3)
    await two.dispose()
    const links = (await inside('ip', '-br', 'link')).trim().split('\n')
    expect(links.map((line) => line.split(' ')[0])).toEqual(['lo'])
    for (const home of homes) expect(leftovers(home.home)).toEqual([])
  }, 120_000)

  test('two that start at the same moment both run, each with its port', async () => {
    const [first, second] = homes as [SupervisedHome, SupervisedHome]
    const [one, two] = [first.supervisor({ wrap: enter }), second.supervisor({ wrap: enter })]
    await Promise.all([first.until(one, 'running'), second.until(two, 'running')])
    await Promise.all([serve(first, 18093, 'one'), serve(second, 18094, 'two')])
    for (const home of homes) {
      expect((await rulesAbout(bridgeName(home.paths))).length).toBeGreaterThan(3)
    }
    await Promise.all([one.dispose(), two.dispose()])
    for (const home of homes) expect(leftovers(home.home)).toEqual([])
  }, 120_000)

  test('a default network that the user configured is left to dockerd', async () => {
    const [home] = homes as [SupervisedHome]
    await exec('sh', ['-c', `echo '{"bip": "10.77.0.1/24"}' > ${home.paths.engineConfig}`])
    const supervisor = home.supervisor({ wrap: enter })
    await home.until(supervisor, 'running')
    expect(await inside('ip', '-br', 'addr')).toMatch(/docker0 .*10\.77\.0\.1\/24/)
    await supervisor.dispose()
  })
})
