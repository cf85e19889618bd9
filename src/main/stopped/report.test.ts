/** The rules on sentences of programs that no test machine has; the rest is in tests/integration/stopped. */
import { describe, expect, it } from 'vitest'
import type { ContainerInspect } from '@shared/docker/container'
import type { Evidence } from './evidence'
import { stopReport } from './report'
import { hostPortIn } from './rules-start'
import { runAgain } from './run-again'

type Over = {
  readonly state?: Partial<ContainerInspect['State']>
  readonly config?: Partial<ContainerInspect['Config']>
  readonly host?: Partial<ContainerInspect['HostConfig']>
  readonly evidence?: Partial<Evidence>
}

function given({ state, config, host, evidence }: Over = {}): Evidence {
  const inspect: ContainerInspect = {
    Id: 'a'.repeat(64),
    Name: '/web',
    Created: '',
    Path: 'server',
    Args: [],
    Image: 'sha256:1',
    State: {
      Status: 'exited',
      ExitCode: 1,
      StartedAt: '2026-01-01T00:00:00Z',
      FinishedAt: '2026-01-01T00:00:01Z',
      ...state
    },
    Config: { Image: 'web:1', Labels: {}, Env: ['PATH=/bin', 'A=1'], ...config },
    HostConfig: { ...host },
    Mounts: [],
    NetworkSettings: { Networks: {} }
  }
  const image = { Id: 'sha256:1', Architecture: 'amd64', Config: { Env: ['PATH=/bin'] } }
  return {
    name: 'web',
    inspect,
    image,
    engineArch: 'amd64',
    lines: [],
    ending: null,
    others: [],
    missingSources: [],
    ...evidence
  }
}

const wrote = (...texts: string[]) =>
  given({ evidence: { lines: texts.map((text) => ({ source: 'stderr' as const, text })) } })
const now = Date.parse('2026-01-01T01:00:00Z')

describe('the last words of a program', () => {
  it.each<[string, string, RegExp, string[]]>([
    [
      'python',
      'uncaught-exception',
      /ValueError: bad/,
      ['Traceback (most recent call last):', '  File "/a.py", line 1', 'ValueError: bad']
    ],
    [
      'java',
      'uncaught-exception',
      /IllegalStateException: no/,
      ['Exception in thread "main" java.lang.IllegalStateException: no', '\tat A.main(A.java:1)']
    ],
    ['go', 'uncaught-exception', /panic: oh no/, ['panic: oh no', '', 'goroutine 1 [running]:']],
    ['rust', 'uncaught-exception', /panicked/, ["thread 'main' panicked at src/main.rs:1:1:"]],
    [
      'python variable',
      'missing-variable',
      /SECRET_KEY/,
      ['Traceback (most recent call last):', "KeyError: 'SECRET_KEY'"]
    ],
    [
      'postgres',
      'missing-variable',
      /POSTGRES_PASSWORD/,
      ['Error: Database is uninitialized', '       You must specify POSTGRES_PASSWORD to a non-empty value']
    ],
    ['a sentence', 'missing-variable', /API_URL/, ['environment variable API_URL is not set']],
    ['bash', 'missing-variable', /DB_HOST/, ['/start.sh: line 3: DB_HOST: unbound variable']],
    ['node dns', 'host-not-found', /“db”/, ['Error: getaddrinfo ENOTFOUND db']],
    ['go dns', 'host-not-found', /“redis”/, ['dial tcp: lookup redis on 127.0.0.11:53: no such host']],
    ['psql', 'connection-refused', /nothing answered/i, ['could not connect to server: Connection refused']],
    [
      'node refused',
      'connection-refused',
      /10\.0\.0\.2:5432/,
      ['Error: connect ECONNREFUSED 10.0.0.2:5432', '    at TCPConnectWrap']
    ],
    [
      'node file',
      'missing-file',
      /\/app\/config\.json/,
      ["Error: ENOENT: no such file or directory, open '/app/config.json'"]
    ],
    [
      'python file',
      'missing-file',
      /\/etc\/x\.yml/,
      ["FileNotFoundError: [Errno 2] No such file or directory: '/etc/x.yml'"]
    ],
    ['go file', 'missing-file', /\/etc\/c\.toml/, ['open /etc/c.toml: no such file or directory']],
    [
      'nginx port',
      'port-in-use-inside',
      /\(80\)/,
      ['bind() to 0.0.0.0:80 failed (98: Address already in use)']
    ],
    [
      'node permission',
      'permission-denied',
      /\/data\/x/,
      ["Error: EACCES: permission denied, open '/data/x'"]
    ],
    [
      'java memory',
      'heap-exhausted',
      /memory/,
      ['Exception in thread "main" java.lang.OutOfMemoryError: Java heap space']
    ],
    [
      'musl',
      'shared-library-missing',
      /libssl/,
      ['Error loading shared library libssl.so.3: No such file or directory (needed by /app)']
    ],
    ['go flags', 'bad-arguments', /--nope/, ['flag provided but not defined: --nope', 'Usage of /app:']],
    ['sysfiles', 'file-descriptors', /more files/, ['accept4() failed (24: Too many open files)']],
    ['nothing known', 'failed', /Exit code 1/, ['goodbye']]
  ])('%s', (_, id, says, lines) => {
    const report = stopReport(wrote(...lines), now)
    expect(report?.cause).toMatchObject({ id, sentence: expect.stringMatching(says) as string })
  })

  it('counts the last one, and errors before output', () => {
    const lines = [
      { source: 'stderr' as const, text: 'connect: Connection refused, retrying' },
      { source: 'stderr' as const, text: "cat: can't open '/x': No such file or directory" },
      { source: 'stdout' as const, text: 'No space left on device' }
    ]
    expect(stopReport(given({ evidence: { lines } }), now)?.cause.id).toBe('missing-file')
  })

  it('are shown as they were written, errors kept where there are too many', () => {
    const said = (source: 'stdout' | 'stderr', text: string) => ({ source, text })
    const many = Array.from({ length: 30 }, (_, n) => said('stdout', `out ${n}`))
    const lines = [said('stderr', 'first error'), ...many, said('stderr', 'last error')]
    const shown = stopReport(given({ evidence: { lines } }), now)?.lines
    expect(shown?.map(({ text }) => text)).toEqual([
      'first error',
      ...many.slice(-18).map(({ text }) => text),
      'last error'
    ])
  })

  it('does not count for a container that ended without an error or runs', () => {
    const lines = [{ source: 'stderr' as const, text: 'Connection refused' }]
    expect(stopReport(given({ state: { ExitCode: 0 }, evidence: { lines } }), now)?.cause.id).toBe('finished')
    expect(stopReport(given({ state: { Status: 'running' }, evidence: { lines } }), now)).toBeNull()
  })
})

describe('the next step', () => {
  it('names the port whatever the address, and keeps the rest of the form', () => {
    expect(hostPortIn('Bind for 0.0.0.0:8080 failed: port is already allocated')).toBe(8080)
    expect(hostPortIn('failed to bind host port [::]:8443/tcp: address already in use')).toBe(8443)
    expect(hostPortIn('listen tcp4 127.0.0.1:53: bind: address already in use')).toBe(53)
    expect(hostPortIn('address already in use')).toBeNull()
    const evidence = given({
      state: {
        Status: 'created',
        ExitCode: 128,
        Error: 'Bind for 0.0.0.0:8080 failed: port is already allocated'
      },
      host: {
        PortBindings: {
          '80/tcp': [{ HostIp: '', HostPort: '8080' }],
          '53/udp': [{ HostIp: '::1', HostPort: '53' }]
        },
        Binds: ['/a:/b:ro'],
        Memory: 5
      }
    })
    const run = stopReport(evidence, now)?.cause.actions.find(({ type }) => type === 'run')
    expect(run).toMatchObject({
      options: {
        image: 'web:1',
        name: 'web-2',
        env: ['A=1'],
        ports: ['8081:80', '[::1]:53:53/udp'],
        volumes: ['/a:/b:ro']
      },
      leftOut: ['the memory limit']
    })
  })

  it('is no form where the form cannot say it', () => {
    expect(runAgain(given({ config: { Entrypoint: ['/other'] } }))).toBeNull()
  })
})

describe('a restart loop', () => {
  it('is told while it runs between two deaths, and forgotten when it has settled', () => {
    const loop = (minutes: number) => {
      const evidence = given({ state: { Status: 'running' }, host: { RestartPolicy: { Name: 'always' } } })
      const inspect = { ...evidence.inspect, RestartCount: 3 }
      return stopReport({ ...evidence, inspect }, Date.parse('2026-01-01T00:00:01Z') + minutes * 60_000)
    }
    expect(loop(1)?.restarts).toEqual({ count: 3, policy: 'always', everyMs: null, goesOn: true })
    expect(loop(10)).toBeNull()
  })
})
