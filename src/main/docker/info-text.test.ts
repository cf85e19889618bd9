import { describe, expect, it } from 'vitest'
import type { InfoEntry } from '@shared/contract/system'
import { EngineInfo } from './info-schema'
import { infoText, systemInfo } from './info-text'
import { ENGINE_20_10, ENGINE_29, SWARM_MANAGER } from './fixtures/infos'

const text = (info: unknown, user?: string) => infoText(EngineInfo.parse(info), user)
const labels = (entries: readonly InfoEntry[]): string[] =>
  entries.flatMap((entry) => [`${entry.label}|${entry.value}`, ...labels(entry.children ?? [])])

describe('the text of docker info', () => {
  it('has every part of an old engine’s answer in the CLI’s order', () => {
    expect(text(ENGINE_20_10)).toMatchInlineSnapshot(`
      "Server:
       Containers: 3
        Running: 1
        Paused: 0
        Stopped: 2
       Images: 7
       Server Version: 20.10.24
       Storage Driver: overlay2
        Backing Filesystem: extfs
        Supports d_type: true
        userxattr: false
       Logging Driver: json-file
       Cgroup Driver: cgroupfs
       Cgroup Version: 1
       Plugins:
        Volume: local
        Network: bridge host ipvlan macvlan null overlay
        Authorization: opa
        Log: awslogs json-file
       Swarm: inactive
       Runtimes: io.containerd.runc.v2 runc
       Default Runtime: runc
       Init Binary: docker-init
       containerd version: 1.6.20
       runc version: 1.1.5
       init version: 
       Security Options:
        apparmor
        seccomp
         Profile: default
       Kernel Version: 5.10.0-28-amd64
       Operating System: Debian GNU/Linux 11 (bullseye)
       OSType: linux
       Architecture: x86_64
       CPUs: 4
       Total Memory: 15.63GiB
       Name: host
       ID: ABCD:EFGH:IJKL:MNOP:QRST:UVWX:YZ23:4567:ABCD:EFGH:IJKL:MNOP
       Docker Root Dir: /var/lib/docker
       Debug Mode: true
        File Descriptors: 24
        Goroutines: 40
        System Time: 2026-01-02T03:04:05.678Z
        EventsListeners: 1
       HTTP Proxy: http://proxy.test:3128
       No Proxy: localhost
       Labels:
        rack=7
        role=web server
       Experimental: false
       Insecure Registries:
        reg.test:5000
        10.1.0.0/16
        127.0.0.0/8
       Registry Mirrors:
        https://mirror.test/
       Live Restore Enabled: true
       Product License: Community Engine
       Default Address Pools:
         Base: 10.201.0.0/16, Size: 24
         Base: 10.202.0.0/16, Size: 24

      "
    `)
  })

  it('leaves out what the bundled CLI does not know, and the page shows it', () => {
    expect(text(ENGINE_29)).not.toContain('Firewall')
    const shown = systemInfo(EngineInfo.parse(ENGINE_29)).groups.flatMap((group) => labels(group.entries))
    expect(shown).toContain('Firewall Backend|iptables+firewalld')
    expect(shown).toContain('ReloadedAt|2026-01-01T00:00:00Z')
    expect(text(ENGINE_29)).toContain(' Discovered Devices:\n  cdi: vendor.test/gpu=0\n')
  })

  it('has the whole swarm block of a manager', () => {
    const swarm = text(SWARM_MANAGER)
    expect(swarm.slice(swarm.indexOf(' Swarm:'), swarm.indexOf(' CPUs'))).toMatchInlineSnapshot(`
      " Swarm: active
        NodeID: node1
        Is Manager: true
        ClusterID: cluster1
        Managers: 2
        Nodes: 3
        Default Address Pool: 10.0.0.0/8  11.0.0.0/8  
        SubnetSize: 24
        Data Path Port: 4789
        Orchestration:
         Task History Retention Limit: 5
        Raft:
         Snapshot Interval: 10000
         Number of Old Snapshots to Retain: 0
         Heartbeat Tick: 1
         Election Tick: 10
        Dispatcher:
         Heartbeat Period: 5 seconds
        CA Configuration:
         Expiry Duration: 3 months
         Force Rotate: 0
         Signing CA Certificate: 
      -----BEGIN CERTIFICATE-----
      MIIB
      -----END CERTIFICATE-----

         External CAs:
           cfssl: https://ca.test
        Autolock Managers: false
        Root Rotation In Progress: false
        Node Address: 10.0.0.1
        Manager Addresses:
         10.0.0.1:2377
         10.0.0.2:2377
      "
    `)
  })

  it('says little of a locked swarm and nothing of a cluster to a worker or after an error', () => {
    const swarm = (over: object) => text({ Swarm: { ...SWARM_MANAGER.Swarm, ...over } })
    expect(swarm({ LocalNodeState: 'locked' })).not.toContain('NodeID')
    expect(swarm({ ControlAvailable: false })).toContain('  Is Manager: false\n  Node Address: 10.0.0.1\n')
    expect(swarm({ Error: 'no quorum' })).toContain('  Error: no quorum\n  Is Manager: true\n  Node Address')
    expect(swarm({ LocalNodeState: 'error' })).not.toContain('ClusterID')
  })

  it('shows counts that are zero and leaves out texts that are empty', () => {
    const empty = text({})
    expect(
      empty.startsWith(
        'Server:\n Containers: 0\n  Running: 0\n  Paused: 0\n  Stopped: 0\n Images: 0\n Plugins:\n'
      )
    ).toBe(true)
    expect(empty).toContain('  Volume: \n')
    expect(empty).not.toContain('Server Version')
    expect(empty).toContain(' Docker Root Dir: \n Debug Mode: false\n')
    expect(empty.endsWith(' Live Restore Enabled: false\n\n')).toBe(true)
  })

  it('names who is logged in to Docker Hub', () => {
    expect(text({}, 'me')).toContain(' Username: me\n')
  })

  it('prints security options with their profile, and none when one cannot be read', () => {
    const options = (...SecurityOptions: string[]) => text({ OSType: 'linux', SecurityOptions })
    expect(options('name=seccomp,profile=builtin', 'rootless')).toContain(
      ' Security Options:\n  seccomp\n   Profile: builtin\n  rootless\n'
    )
    expect(options('name=')).not.toContain('Security Options')
  })

  it('has the isolation of a Windows engine instead of the runtimes’ versions', () => {
    const windows = text({ OSType: 'windows', Isolation: 'process' })
    expect(windows).toContain(' Default Isolation: process\n')
    expect(windows).not.toContain('runc version')
  })
})

describe('the info page', () => {
  it('shows every line of the text exactly once', () => {
    // A certificate has several lines in one entry.
    const swarm = JSON.parse(
      JSON.stringify(SWARM_MANAGER).replace(/"SigningCACert":"[^"]*"/, '"SigningCACert":""')
    ) as unknown
    for (const info of [ENGINE_20_10, swarm]) {
      const parsed = EngineInfo.parse(info)
      const shown = systemInfo(parsed).groups.flatMap((group) => labels(group.entries))
      const lines = infoText(parsed).trimEnd().split('\n').slice(1)
      const asLine = (entry: string) => entry.replace(/^\|/, '').replace(/\|$/, ':').replace('|', ': ')
      expect(shown.map(asLine).sort()).toEqual(lines.map((line) => line.trim()).sort())
    }
  })

  it('does not lose an entry whose label is a word JavaScript knows', () => {
    const info = EngineInfo.parse({
      SystemStatus: [
        ['__proto__', 'x'],
        ['constructor', 'y']
      ]
    })
    const shown = systemInfo(info).groups.flatMap((group) => labels(group.entries))
    expect(shown).toEqual(expect.arrayContaining(['__proto__|x', 'constructor|y']))
  })

  it('keeps warnings verbatim, once each and without escapes', () => {
    const Warnings = [
      'WARNING: No swap limit support',
      'WARNING: No swap limit support',
      '\u001b[31mWARNING: red\u001b[0m'
    ]
    expect(systemInfo(EngineInfo.parse({ Warnings })).warnings).toEqual([
      'WARNING: No swap limit support',
      'WARNING: red'
    ])
  })

  it('shows hostile names and labels without their control characters', () => {
    const info = EngineInfo.parse({ Name: 'a\u0000b\u202e', Labels: ['<b>\u001b]0;x\u0007</b>'] })
    const shown = systemInfo(info).groups.flatMap((group) => labels(group.entries))
    expect(shown).toEqual(expect.arrayContaining(['Name|ab', '|<b></b>']))
  })
})
