import { describe, expect, it } from 'vitest'
import { containerRow, imageText, matches, openablePort, searchWords } from './row-model'
import { container } from './testing'

const found = (search: string, overrides: Parameters<typeof container>[0]): boolean =>
  matches(containerRow(container(overrides)), searchWords(search))

describe('containerRow', () => {
  it('says what the container is in one object per object of the store', () => {
    const web = container({
      Names: ['/web'],
      State: 'exited',
      Status: 'Exited (137) 2 minutes ago',
      Labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' },
      Created: 1_700_000_000
    })
    const row = containerRow(web)
    expect(row).toMatchObject({
      name: 'web',
      state: 'exited',
      exitCode: 137,
      project: 'shop',
      service: 'web'
    })
    expect(row.created).toBe(1_700_000_000_000)
    expect(containerRow(web)).toBe(row)
  })

  it('shortens an image that has only an id left', () => {
    expect(imageText(`sha256:${'ab'.repeat(32)}`)).toBe('abababababab')
    expect(imageText('nginx:1.27')).toBe('nginx:1.27')
    expect(imageText('sha256:abc')).toBe('sha256:abc')
  })

  it('opens the lowest published TCP port', () => {
    const row = containerRow(
      container({
        Ports: [
          { PrivatePort: 53, PublicPort: 53, Type: 'udp' },
          { PrivatePort: 443, PublicPort: 8443, Type: 'tcp' },
          { PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
          { PrivatePort: 22, Type: 'tcp' }
        ]
      })
    )
    expect(openablePort(row)?.PrivatePort).toBe(80)
    expect(openablePort(containerRow(container({ Ports: [{ PrivatePort: 22, Type: 'tcp' }] })))).toBeNull()
  })
})

describe('searching', () => {
  const web = {
    Id: 'c0ffee'.padEnd(64, '0'),
    Names: ['/Web-1'],
    Image: 'Registry.example/Nginx:1.27',
    Labels: { 'com.example.team': 'Blue', html: '<b>&amp;' },
    Ports: [{ PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }]
  }

  it.each([
    'web-1',
    'WEB',
    'nginx',
    'c0ffee',
    '8080',
    '80/tcp',
    '8080:80',
    'com.example.team=blue',
    '<b>&amp;',
    'running'
  ])('finds %j', (search) => {
    expect(found(search, web)).toBe(true)
  })

  it('wants every word, in any order', () => {
    expect(found('  nginx   web ', web)).toBe(true)
    expect(found('nginx db', web)).toBe(false)
  })

  it('takes what a regular expression would read as a rule for what it is', () => {
    expect(found('.*', web)).toBe(false)
    expect(found('(', web)).toBe(false)
  })
})
