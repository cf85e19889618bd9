/** Containers that run and fail, or are stopped. Used by stopped.test.ts. */
import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { TestEngine } from '../engine-fixture'
import type { Case } from './case'

const sh = (script: string): readonly string[] => ['sh', '-c', script]
/** A child that dies of a signal; as the first process a shell would ignore it. */
const dies = (signal: string): readonly string[] => sh(`sh -c 'kill -${signal} $$'; exit $?`)
const SYSTEM = ['/usr', '/lib', '/lib64'].flatMap((path) => ['-v', `${path}:${path}:ro`])
const NODE = [...SYSTEM, '-v', `${dirname(process.execPath)}:/node:ro`]

/** What runs a dynamically linked program; its libraries are left out. */
const LOADER = process.arch === 'arm64' ? '/lib/ld-linux-aarch64.so.1' : '/lib64/ld-linux-x86-64.so.2'

/** Waits until a program runs that will not mind a signal before it has said so. */
const said = (engine: TestEngine, name: string) =>
  engine.docker('exec', name, 'sh', '-c', 'until [ -e /tmp/ready ]; do sleep 0.05; done')

export const RUN_CASES: Readonly<Record<string, Case>> = {
  oom: {
    options: ['-m', '16m', '--memory-swap', '16m'],
    command: sh('x=$(yes | head -c 100000000); echo'),
    cause: 'out-of-memory',
    says: /its limit is 16 MiB/,
    expect: { exitCode: 137, oomKilled: true, signal: 'SIGKILL', expected: false },
    offers: 'command'
  },
  segv: {
    command: dies('SEGV'),
    cause: 'segmentation-fault',
    says: /SIGSEGV/,
    expect: { exitCode: 139, signal: 'SIGSEGV' },
    offers: 'start'
  },
  abort: { command: dies('ABRT'), cause: 'aborted', says: /SIGABRT/, expect: { exitCode: 134 } },
  illegal: { command: dies('ILL'), cause: 'illegal-instruction', says: /SIGILL/ },
  deaf: {
    options: ['--stop-timeout', '1'],
    command: sh('trap "" TERM; touch /tmp/ready; while :; do sleep 1; done'),
    then: async (engine, name) => [await said(engine, name), await engine.docker('stop', name)],
    cause: 'stop-timeout',
    // A busy engine waits longer than it was told to.
    says: /did not end within [1-4] seconds?/,
    expect: { exitCode: 137, expected: true, oomKilled: false }
  },
  stopped: {
    command: sh('trap "exit 143" TERM; touch /tmp/ready; while :; do sleep 0.1; done'),
    then: async (engine, name) => [await said(engine, name), await engine.docker('stop', name)],
    cause: 'stopped-by-user',
    says: /stopped on request/,
    expect: { exitCode: 143, expected: true, signal: 'SIGTERM' }
  },
  killed: {
    command: ['sleep', '1000'],
    then: (engine, name) => engine.docker('kill', name),
    cause: 'killed-by-user',
    says: /killed on request .*SIGKILL/,
    expect: { expected: true }
  },
  outside: {
    command: ['sleep', '1000'],
    then: async (engine, name) =>
      engine.inNetwork('kill', '-9', await engine.docker('inspect', '-f', '{{.State.Pid}}', name)),
    cause: 'killed-from-outside',
    says: /not through Docker/,
    expect: { expected: false }
  },
  terminated: { command: dies('TERM'), cause: 'terminated', says: /SIGTERM/ },
  'bare-shell': {
    command: [],
    cause: 'no-terminal',
    says: /had no terminal/,
    expect: { exitCode: 0, expected: true },
    offers: 'run'
  },
  background: { command: sh('sleep 1000 &'), cause: 'went-to-background', says: /background/ },
  finished: {
    command: ['true'],
    cause: 'finished',
    says: /ended without an error/,
    expect: { expected: true }
  },
  'no-variable': {
    command: sh(': ${DB_URL:?must be set}'),
    cause: 'missing-variable',
    says: /variable DB_URL is not set/,
    offers: 'run'
  },
  'no-config': { command: ['cat', '/etc/app.conf'], cause: 'missing-file', says: /\/etc\/app\.conf/ },
  refused: {
    command: ['wget', '-O-', 'http://127.0.0.1:9/'],
    cause: 'connection-refused',
    says: /127\.0\.0\.1/,
    offers: 'start'
  },
  'no-host': {
    command: ['wget', '-O-', 'http://db.invalid/'],
    cause: 'host-not-found',
    says: /“db\.invalid”/
  },
  'not-same-network': {
    command: ['wget', '-O-', 'http://holder/'],
    cause: 'host-not-found',
    says: /there is a container of that name/,
    offers: 'container'
  },
  'read-only': {
    options: ['--read-only'],
    command: sh('echo x > /file'),
    cause: 'read-only',
    says: /to \/file, which is read-only/
  },
  'no-space': {
    options: ['--tmpfs', '/t:size=64k'],
    command: ['dd', 'if=/dev/zero', 'of=/t/x', 'bs=1M', 'count=1'],
    cause: 'disk-full',
    says: /no space left/
  },
  'mount-owner': {
    options: ['-u', '1000', '-v', '/root:/data'],
    command: sh('echo x > /data/file'),
    cause: 'permission-denied',
    says: /may not use \/data\/file, which is the host’s \/root/,
    offers: 'command'
  },
  'file-mode': {
    options: ['-u', '1000'],
    command: sh('echo x > /etc/file'),
    cause: 'permission-denied',
    says: /may not use \/etc\/file as user 1000/
  },
  'no-capability': {
    options: ['--cap-drop', 'ALL'],
    command: ['chown', '5', '/etc/plain'],
    cause: 'not-permitted',
    says: /capability CHOWN/
  },
  'no-mount-right': {
    command: ['mount', '-t', 'tmpfs', 'none', '/tmp'],
    cause: 'not-permitted',
    says: /SYS_ADMIN/
  },
  'port-inside': {
    command: sh('nc -l -p 80 & sleep 0.3; nc -l -p 80'),
    cause: 'port-in-use-inside',
    says: /inside the container/
  },
  processes: {
    options: ['--pids-limit', '2'],
    command: sh('sleep 1 & sleep 1 & sleep 1 & wait'),
    cause: 'too-many-processes',
    says: /another process/
  },
  arguments: {
    command: ['ls', '--nosuch'],
    cause: 'bad-arguments',
    says: /does not know one of its arguments/
  },
  'no-such-tool': { command: sh('curl http://x'), cause: 'command-not-found-inside', says: /called curl/ },
  exception: {
    options: NODE,
    command: ['/node/node', '-e', 'throw new TypeError("it is broken")'],
    cause: 'uncaught-exception',
    says: /TypeError: it is broken/,
    offers: 'tab'
  },
  heap: {
    options: NODE,
    command: [
      '/node/node',
      '--max-old-space-size=24',
      '-e',
      'const a = []; for (;;) a.push(new Array(1e5).fill({}))'
    ],
    cause: 'heap-exhausted',
    says: /memory its runtime allows/
  },
  library: {
    options: ['-v', `${realpathSync(LOADER)}:${LOADER}:ro`, '-v', '/usr/bin/env:/dynamic:ro'],
    command: ['/dynamic'],
    cause: 'shared-library-missing',
    says: /library libc/
  },
  'own-code': {
    command: sh('echo giving up >&2; exit 42'),
    cause: 'failed',
    says: /Exit code 42/,
    expect: { exitCode: 42 }
  },
  loop: {
    options: ['--restart', 'on-failure:3'],
    command: sh('echo cannot go on >&2; exit 3'),
    cause: 'failed',
    says: /Exit code 3/,
    expect: { exitCode: 3, expected: false }
  }
}
