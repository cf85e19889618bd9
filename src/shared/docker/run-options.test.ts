import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunOptions } from '../contract/containers'
import { isIPv4, isIPv6, parsePublish } from './ports'
import { buildRun } from './run-options'
import { parseVolume } from './volumes'

const form = (over: Partial<RunOptions>): RunOptions => ({
  image: 'nginx',
  name: '',
  command: [],
  ports: [],
  env: [],
  volumes: [],
  createFolders: false,
  ...over
})
const errors = (over: Partial<RunOptions>) => {
  const result = buildRun(form(over))
  return result.ok ? [] : result.errors
}

describe('the run form', () => {
  it('becomes what docker run -d sends', () => {
    const result = buildRun(
      form({
        name: 'web',
        command: ['nginx', '-g', 'daemon off;'],
        ports: ['127.0.0.1:8080:80', '9000-9001:9000-9001/udp', '443'],
        env: ['A=1', 'EMPTY=', 'LINES=a\nb'],
        volumes: ['data:/var/lib/data', '/srv/www/:/usr/share/nginx/html:ro', '/cache']
      })
    )
    expect(result).toMatchObject({
      ok: true,
      name: 'web',
      body: {
        Image: 'nginx',
        Cmd: ['nginx', '-g', 'daemon off;'],
        Env: ['A=1', 'EMPTY=', 'LINES=a\nb'],
        ExposedPorts: { '80/tcp': {}, '9000/udp': {}, '9001/udp': {}, '443/tcp': {} },
        Volumes: { '/cache': {} },
        HostConfig: {
          PortBindings: {
            '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
            '9000/udp': [{ HostIp: '', HostPort: '9000' }],
            '9001/udp': [{ HostIp: '', HostPort: '9001' }],
            '443/tcp': [{ HostIp: '', HostPort: '' }]
          },
          Binds: ['data:/var/lib/data'],
          Mounts: [{ Type: 'bind', Source: '/srv/www/', Target: '/usr/share/nginx/html', ReadOnly: true }]
        }
      }
    })
  })

  it('makes missing host folders only when asked to, and keeps what a mount cannot say a bind', () => {
    const volumes = ['/a:/1:ro,rslave', '/b:/2:z', '/c:/3:cached', 'v1:/4']
    const host = (createFolders: boolean) => {
      const result = buildRun(form({ volumes, createFolders }))
      return result.ok ? result.body.HostConfig : null
    }
    expect(host(true)).toEqual({ Binds: volumes })
    expect(host(false)).toEqual({
      Binds: ['/b:/2:z', 'v1:/4'],
      Mounts: [
        { Type: 'bind', Source: '/a', Target: '/1', ReadOnly: true, BindOptions: { Propagation: 'rslave' } },
        { Type: 'bind', Source: '/c', Target: '/3' }
      ]
    })
  })

  it('sends nothing that was not filled in', () => {
    expect(buildRun(form({}))).toEqual({
      ok: true,
      name: '',
      body: { Image: 'nginx', HostConfig: {} },
      ports: []
    })
  })

  it('reports every mistake at its field and line, in the order of the form', () => {
    const found = errors({
      image: 'BusyBox',
      name: 'a',
      command: ['ok', 'nul\0'],
      ports: ['80', 'x'],
      env: ['A=1', '=x', ''],
      volumes: ['rel:ative']
    })
    expect(found.map(({ field, index }) => [field, index])).toEqual([
      ['image', undefined],
      ['name', undefined],
      ['command', 1],
      ['ports', 1],
      ['env', 1],
      ['env', 2],
      ['volumes', 0]
    ])
    expect(found[0]?.suggestion).toBe('busybox')
  })

  it.each(['a', 'a b', 'a/b', '<img>', 'контейнер', '-x', '.x', 'x'.repeat(256), 'ab\ncd'])(
    'refuses the name %j',
    (name) => {
      expect(errors({ name })).toHaveLength(1)
    }
  )

  it.each(['ab', 'a.b', 'A-1_2'])('takes the name %j', (name) => {
    expect(errors({ name })).toEqual([])
  })

  it('takes an id of an image that is there', () => {
    expect(errors({ image: 'f'.repeat(64) })).toEqual([])
    expect(errors({ image: `sha256:${'f'.repeat(64)}` })).toEqual([])
  })

  it('refuses a variable without a name, without a value sign, with NUL or beyond the kernel’s limit', () => {
    for (const env of ['=x', '', 'FOO', 'A=b\0c', `A=${'x'.repeat(131_072)}`]) {
      expect(errors({ env: [env] }), env.slice(0, 20)).toHaveLength(1)
    }
    expect(errors({ env: [`A=${'x'.repeat(131_000)}`] })).toEqual([])
    expect(errors({ env: [`A=${'€'.repeat(50_000)}`] })).toHaveLength(1)
  })

  it('refuses one host port or one container path used twice', () => {
    expect(errors({ ports: ['8080:80', '8080:81'] })).toMatchObject([{ field: 'ports', index: 1 }])
    expect(
      errors({ ports: ['8080:80/tcp', '8080:80/udp', '127.0.0.1:8081:80', '127.0.0.2:8081:80'] })
    ).toEqual([])
    expect(errors({ volumes: ['a1:/x', 'b1:/y/../x/'] })).toMatchObject([{ field: 'volumes', index: 1 }])
  })

  it('never lets a container port or address through that the engine would reinterpret', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0123456789.:-/[]abctudp ')) }), (text) => {
        const result = parsePublish(text)
        if (!result.ok) return
        for (const { containerPort, hostIp, hostPort } of result.bindings) {
          expect(containerPort).toMatch(/^[1-9]\d{0,4}\/(?:tcp|udp|sctp)$/)
          expect(Number(containerPort.split('/')[0])).toBeLessThanOrEqual(65535)
          expect(hostIp === '' || isIPv4(hostIp) || isIPv6(hostIp)).toBe(true)
          expect(hostPort).toMatch(/^(?:|[1-9]\d{0,4}(?:-[1-9]\d{0,4})?)$/)
        }
      }),
      { numRuns: 2000 }
    )
  })
})

describe('a published port', () => {
  it.each([
    ['80', [['80/tcp', '', '']]],
    ['8080:80', [['80/tcp', '', '8080']]],
    ['8080:80/UDP', [['80/udp', '', '8080']]],
    ['127.0.0.1:8080:80', [['80/tcp', '127.0.0.1', '8080']]],
    ['127.0.0.1::80', [['80/tcp', '127.0.0.1', '']]],
    ['[::1]:8080:80', [['80/tcp', '::1', '8080']]],
    ['8000-8010:80', [['80/tcp', '', '8000-8010']]],
    [
      '8080-8081:80-81',
      [
        ['80/tcp', '', '8080'],
        ['81/tcp', '', '8081']
      ]
    ],
    ['5000/sctp', [['5000/sctp', '', '']]]
  ])('%s is read as the CLI reads it', (text, wanted) => {
    const result = parsePublish(text)
    const read = result.ok
      ? result.bindings.map((one) => [one.containerPort, one.hostIp, one.hostPort])
      : result
    expect(read).toEqual(wanted)
  })

  it.each([
    '',
    '-1:80',
    '0:80',
    '65536:80',
    'abc:80',
    '80.5:80',
    ' 80 :80',
    '8080:0',
    '8080:70000',
    '8080:80/xyz',
    '8080:80/',
    '9-8:80',
    '8080-8082:80-81',
    '8080:80-81',
    '999.1.1.1:8080:80',
    '1.2.3:8080:80',
    '01.2.3.4:8080:80',
    '::1:8080:80',
    '[::1:8080:80',
    '[::g]:8080:80',
    '[fe80::1%eth0]:8080:80',
    'localhost:8080:80',
    '[::1]:80'
  ])('%j is refused', (text) => {
    expect(parsePublish(text).ok).toBe(false)
  })

  it.each([
    ['::', true],
    ['::1', true],
    ['1::', true],
    ['1:2:3:4:5:6:7:8', true],
    ['::ffff:1.2.3.4', true],
    ['1:2:3:4:5:6:7', false],
    ['1:2:3:4:5:6:7:8:9', false],
    ['1::2::3', false],
    [':1', false],
    ['12345::', false],
    ['::1.2.3', false],
    ['', false]
  ])('%j as an IPv6 address: %s', (text, right) => {
    expect(isIPv6(text)).toBe(right)
  })
})

describe('a volume', () => {
  it.each([
    ['/data', 'anonymous', '', '/data'],
    ['vol:/data', 'volume', 'vol', '/data'],
    ['/host:/data:ro,z', 'bind', '/host', '/data'],
    ['/host:/a/../data/', 'bind', '/host', '/data']
  ])('%s is read as the CLI reads it', (text, type, source, target) => {
    expect(parseVolume(text)).toMatchObject({ ok: true, volume: { type, source, target } })
  })

  it.each([
    '',
    'data',
    'vol:data',
    'vol:',
    ':/data',
    'vol:/',
    'vol:/..',
    './x:/data',
    '~/x:/data',
    'a/b:/data',
    'v:/data',
    'a b:/data',
    '../x:/data',
    '<b>:/data',
    'vol:/data:zz',
    'vol:/data:',
    'vol:/data:ro,rw',
    '/a:b:/x:ro',
    'vol:/da\0ta'
  ])('%j is refused', (text) => {
    expect(parseVolume(text).ok).toBe(false)
  })
})
