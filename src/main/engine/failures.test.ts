import { readFileSync } from 'node:fs'
import { AppError } from '@shared/errors'
import { describe, expect, test } from 'vitest'
import { classify, failureFrom } from './failures'

interface Case {
  readonly fault: string
  readonly exitCode: number
  readonly stderrTail: readonly string[]
  readonly expectedClass: string
}

const file = new URL('fixtures/startup-failures.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] }

describe('a failed start', () => {
  test('was measured 54 times', () => {
    expect(cases).toHaveLength(54)
  })

  test.each(cases)('$fault is $expectedClass', ({ exitCode, stderrTail, expectedClass }) => {
    const found = classify({ exitCode, signal: null }, stderrTail)
    expect(found.kind).toBe(expectedClass)
    expect(found.message).toMatch(/^[A-Z].*\.$/)
    expect(found.hint).toMatch(/\.$/)
    const retried = ['corrupt-state-panic', 'containerd-did-not-start'].includes(expectedClass)
    expect(found.policy).toBe(retried ? 'once' : 'never')
  })

  test('with an unknown reason is not retried', () => {
    expect(classify({ exitCode: 1, signal: null }, ['something new'])).toMatchObject({
      kind: 'start-failed',
      policy: 'never'
    })
  })

  test.each([
    "(iptables failed: iptables --wait -t nat -A PREROUTING -j DOCKER: iptables v1.8.9 (nf_tables): Chain 'DOCKER' does not exist",
    '(iptables failed: iptables --wait -t filter -I FORWARD -j DOCKER-FORWARD: iptables: No chain/target/match by that name.'
  ])('because another engine starts at the same moment is tried again: %s', (line) => {
    const tail = [line, 'Try `iptables -h` or `iptables --help` for more information.', ' (exit status 2))']
    expect(classify({ exitCode: 1, signal: null }, tail)).toMatchObject({
      kind: 'firewall-race',
      policy: 'budget'
    })
  })

  test.each([
    [
      'failed to start daemon: Error initializing network controller: failed to create NAT chain DOCKER',
      'firewall'
    ],
    ["failed to start daemon: Devices cgroup isn't mounted", 'cgroups'],
    [
      '[rootlesskit:parent] error: failed to setup UID/GID map: newuidmap 12 [0 1000 1] failed: ',
      'user-namespaces'
    ],
    ['mkdir /x/data: read-only file system', 'read-only-disk'],
    [
      'failed to start daemon: --live-restore daemon configuration is incompatible with swarm mode',
      'swarm-live-restore'
    ]
  ])('saying %s is %s', (line, kind) => {
    expect(classify({ exitCode: 1, signal: null }, [line]).kind).toBe(kind)
  })
})

describe('a preparation that the disk refused', () => {
  test.each([
    ['ENOSPC: no space left on device, write', 'disk-full'],
    ["EROFS: read-only file system, open '/x'", 'read-only-disk'],
    ["EACCES: permission denied, open '/x'", 'permission-denied']
  ])('with %s is %s', (message, kind) => {
    const { report, policy } = failureFrom('preparing', new Error(message))
    expect(report.kind).toBe(kind)
    expect(report.message).toMatch(/^The engine could not start/)
    expect(policy).toBe('never')
  })
})

describe('the end of a running engine', () => {
  test.each([
    [{ exitCode: null, signal: 'SIGKILL' }, 'killed'],
    [{ exitCode: 137, signal: null }, 'killed'],
    [{ exitCode: null, signal: null }, 'gone'],
    [{ exitCode: 0, signal: null }, 'stopped-from-outside'],
    [{ exitCode: 1, signal: null }, 'crashed']
  ])('by %o is %s and within the restart budget', (exit, kind) => {
    // A pull that filled the disk earlier says nothing about why the engine ended now.
    expect(classify(exit, ['level=error msg="no space left on device"'], true)).toMatchObject({
      kind,
      policy: 'budget'
    })
  })

  test('by a panic is retried once', () => {
    expect(classify({ exitCode: 2, signal: null }, ['panic: x'], true).policy).toBe('once')
  })
})

test('an AppError keeps its sentence, hint and kind in a report', () => {
  const error = new AppError('Forbidden', 'No.', { hint: 'Ask.', details: { kind: 'bundle-missing' } })
  expect(failureFrom('preparing', error).report).toEqual({
    step: 'preparing',
    message: 'No.',
    hint: 'Ask.',
    kind: 'bundle-missing',
    lastLogLines: []
  })
})
