import { describe, expect, it } from 'vitest'
import type { ContainerInspect } from '@shared/docker/container'
import { checkKind, healthFacts, healthWord, probeView } from '../health/health-view'
import { findMatches } from './find-matches'
import { inspectSections } from './inspect-sections'
import { mountFacts } from './mount-facts'

const inspect = (over: Partial<ContainerInspect>): ContainerInspect => ({
  Id: 'a',
  Name: '/web',
  Created: '',
  Path: 'server',
  Args: [],
  Image: 'sha256:1',
  State: { Status: 'running', ExitCode: 0, StartedAt: '', FinishedAt: '' },
  Config: { Image: 'web', Labels: {}, Env: [] },
  HostConfig: {},
  Mounts: [],
  NetworkSettings: { Networks: {} },
  ...over
})
const mount = (over: Partial<ContainerInspect['Mounts'][number]>) => ({
  Type: 'bind',
  Source: '/srv',
  Destination: '/x',
  RW: true,
  ...over
})
const volumeBind = { DriverConfig: { Name: 'local', Options: { type: 'none', o: 'bind', device: '/etc' } } }

describe('the risk of a mount', () => {
  it.each<[string, Partial<ContainerInspect>, Record<string, string>]>([
    ['of a resolved bind', { Mounts: [mount({ Source: '/etc' })] }, {}],
    ['of -v that was never mounted', { HostConfig: { Binds: ['/etc/:/x:ro'] } }, {}],
    ['of --mount', { HostConfig: { Mounts: [{ Type: 'bind', Source: '/etc', Target: '/x' }] } }, {}],
    [
      'of a volume made with the container',
      {
        HostConfig: { Mounts: [{ Type: 'volume', Source: 'v', Target: '/x', VolumeOptions: volumeBind }] },
        Mounts: [mount({ Type: 'volume', Name: 'v', Source: '/data/v' })]
      },
      {}
    ],
    [
      'of a volume made before',
      { Mounts: [mount({ Type: 'volume', Name: 'v', Source: '/data/v' })] },
      { v: '/srv/../etc' }
    ]
  ])('is said %s', (_, over, paths) => {
    const facts = mountFacts(inspect(over), paths)
    expect(facts).toHaveLength(1)
    expect(facts[0]?.risk).toMatch(/\/etc, a folder of the system/)
  })

  it('is not said of ordinary ones', () => {
    const Mounts = [
      mount({}),
      mount({ Type: 'volume', Name: 'v', Source: '/var/lib/docker/volumes/v/_data' })
    ]
    expect(mountFacts(inspect({ Mounts }), {}).map(({ risk }) => risk)).toEqual([undefined, undefined])
  })
})

describe('the sections of Inspect', () => {
  const facts = (over: Partial<ContainerInspect>, title: string) =>
    inspectSections(inspect(over), {}).find((section) => section.title === title)?.facts ?? []

  it('have the addresses of each network, and ports as they are and as they were asked for', () => {
    const network = {
      IPAddress: '10.0.0.2',
      IPPrefixLen: 24,
      Gateway: '10.0.0.1',
      MacAddress: '02:42',
      Aliases: ['db']
    }
    const over: Partial<ContainerInspect> = {
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] } },
      NetworkSettings: { Ports: {}, Networks: { back: network } }
    }
    expect(facts(over, 'Network back').map(({ value }) => value)).toEqual([
      '10.0.0.2/24',
      '10.0.0.1',
      '02:42',
      'db'
    ])
    expect(facts(over, 'Ports')).toEqual([{ label: '80/tcp', value: '8080 (when it runs)', mono: true }])
  })

  it('say what weakens the wall', () => {
    const HostConfig = {
      Privileged: true,
      PidMode: 'host',
      CapAdd: ['CAP_SYS_ADMIN'],
      SecurityOpt: ['seccomp=unconfined']
    }
    const risky = facts({ HostConfig }, 'Security').filter(({ risk }) => risk !== undefined)
    expect(risky.map(({ label }) => label)).toEqual([
      'Privileged',
      'Capabilities added',
      'Security option',
      'PID namespace'
    ])
  })

  it('hide secrets in arguments too', () => {
    const [runs] = facts({ Args: ['--password', 'hunter2'] }, 'Process')
    expect(runs?.value).toContain('hunter2')
    expect(runs?.hidden).not.toContain('hunter2')
  })
})

describe('a health check', () => {
  it('is none, switched off, or there', () => {
    expect(
      [null, { Test: [] }, { Test: ['NONE'] }, { Test: ['CMD', 'true'] }].map((check) => checkKind(check))
    ).toEqual(['none', 'none', 'disabled', 'check'])
  })

  it('has the engine’s defaults where nothing was given', () => {
    const values = healthFacts({ Test: ['CMD-SHELL', 'curl x'], Interval: 5e9 }).map(({ value }) => value)
    expect(values).toEqual([
      'curl x',
      '5 s',
      '30 s (default)',
      '3 (default)',
      '0 s (default)',
      '5 s (default)'
    ])
  })

  it('shows what probes said as text, and nothing of one that does not run', () => {
    const probe = probeView({
      Start: '2026-01-01T00:00:00Z',
      End: '2026-01-01T00:00:00.25Z',
      ExitCode: 1,
      Output: '\u001b[31m<b>no</b>\u0007\n'
    })
    expect(probe).toMatchObject({ took: '250 ms', result: 'Failed', output: '<b>no</b>' })
    expect(healthWord({ Status: 'unhealthy', FailingStreak: 3, Log: [] }, false)[0]).toBe('Not running')
  })
})

describe('the search in raw JSON', () => {
  it('finds text whatever its case, takes no pattern, and ends with very many', () => {
    expect(findMatches('aAb(a', 'A')).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 4, to: 5 }
    ])
    expect(findMatches('a(b', '(')).toEqual([{ from: 1, to: 2 }])
    expect(findMatches('x'.repeat(50_000), 'x')).toHaveLength(20_000)
  })
})
