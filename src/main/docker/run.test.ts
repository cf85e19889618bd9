import { describe, expect, it } from 'vitest'
import { ContainerSummary } from '@shared/docker/container-schema'
import { parsePublish, type PortBinding } from '@shared/docker/ports'
import { portWarnings } from './run'

const row = (...ports: { IP: string; PublicPort: number; PrivatePort?: number; Type?: string }[]) =>
  ContainerSummary.parse({
    Id: 'x',
    Names: ['/web'],
    Image: 'i',
    ImageID: 'i',
    Command: '',
    Created: 0,
    State: 'running',
    Status: '',
    Ports: ports.map((port) => ({ PrivatePort: 80, Type: 'tcp', ...port }))
  })

function wish(text: string): readonly PortBinding[] {
  const result = parsePublish(text)
  return result.ok ? result.bindings : []
}

const EVERYWHERE = [
  { IP: '0.0.0.0', PublicPort: 8080 },
  { IP: '::', PublicPort: 8080 }
]

describe('ports after a start', () => {
  it('are as asked: nothing is said', () => {
    expect(portWarnings(row(...EVERYWHERE), wish('8080:80'))).toEqual([])
    expect(portWarnings(row({ IP: '127.0.0.1', PublicPort: 8080 }), wish('127.0.0.1:8080:80'))).toEqual([])
    expect(portWarnings(row({ IP: '::1', PublicPort: 8080 }), wish('[0:0:0:0:0:0:0:1]:8080:80'))).toEqual([])
    expect(portWarnings(row({ IP: '0.0.0.0', PublicPort: 49153 }), wish('80'))).toEqual([])
    expect(portWarnings(row({ IP: '0.0.0.0', PublicPort: 8005 }), wish('8000-8010:80'))).toEqual([])
  })

  it('are open to everybody although one address was asked for: that is said', () => {
    expect(portWarnings(row(...EVERYWHERE), wish('127.0.0.1:8080:80'))).toEqual([
      'Port 80/tcp of web was not published as asked.',
      'Port 80/tcp was also published on 0.0.0.0:8080.',
      'Port 80/tcp was also published on [::]:8080.'
    ])
  })

  it('are not there at all: that is said', () => {
    expect(portWarnings(row(), wish('8080:80'))).toEqual(['Port 80/tcp of web was not published as asked.'])
  })
})
