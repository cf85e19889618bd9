import { describe, expect, it } from 'vitest'
import type { KnownRegistry, RegistryTest, TestStep } from '@shared/contract/registries'
import { connectionWord, imageName, loginWord, matches, registryPath, unreadWord } from './registry-words'

const row = (more: Partial<KnownRegistry>): KnownRegistry => ({
  ...{ host: 'reg.example', login: 'out', username: '', through: '/home/a/.docker/config.json' },
  ...{ problem: '', hint: '', origins: [], removable: false },
  ...more
})
const test = (
  reachable: boolean,
  ...steps: [TestStep['name'], TestStep['state'], string][]
): RegistryTest => ({
  ...{ host: 'reg.example', reachable, certificate: null, limits: [] },
  steps: steps.map(([name, state, text]) => ({ name, state, text, hint: '' }))
})

describe('what is said of a registry', () => {
  it('is who is logged in', () => {
    expect(loginWord(row({ login: 'in', username: 'ann' })).word).toBe('Logged in as ann')
    expect(loginWord(row({ login: 'in' })).word).toBe('Logged in with a token')
    expect(loginWord(row({})).word).toBe('Not logged in')
    expect(loginWord(row({ login: 'unknown', problem: 'It is broken.', hint: 'Mend it.' }))).toEqual({
      tone: 'warn',
      word: 'Not known',
      title: 'It is broken. Mend it.'
    })
  })

  it('is whether it can be reached, and why not', () => {
    expect(connectionWord(undefined).word).toBe('Not tested')
    expect(connectionWord(test(true, ['TCP', 'ok', ''])).word).toBe('Reachable')
    expect(connectionWord(test(true, ['Login', 'failed', 'Refused.'])).word).toBe('Reachable: Refused.')
    expect(connectionWord(test(false, ['DNS', 'failed', 'No such name.'])).word).toBe(
      'Not reachable: No such name.'
    )
  })
})

describe('lines that were not read', () => {
  const line = (problem: string) => ({
    ...{ tag: '1', digest: null, platforms: [], platform: '', size: null, created: null },
    problem
  })

  it('are told once, with the reason that most of them have', () => {
    expect(unreadWord([])).toBeNull()
    expect(unreadWord([line(''), line('')])).toBeNull()
    const rows = ['Gone.', '', 'Asked too often.', 'Asked too often.'].map(line)
    expect(unreadWord(rows)).toBe('Not read (2): Asked too often.')
  })
})

describe('addresses', () => {
  it('keep hosts, repositories and digests in one part each', () => {
    expect(registryPath('[::1]:5000', 'team/app', 'sha256:0')).toBe(
      '/registries/%5B%3A%3A1%5D%3A5000/team%2Fapp/sha256%3A0'
    )
  })

  it('are those an image is pulled by', () => {
    expect(imageName('reg.example', 'team/app', '1')).toBe('reg.example/team/app:1')
    expect(imageName('reg.example', 'team/app', 'sha256:0')).toBe('reg.example/team/app@sha256:0')
    expect(imageName('docker.io', 'library/nginx', '1')).toBe('nginx:1')
    expect(imageName('docker.io', 'team/app', '1')).toBe('team/app:1')
  })

  it('are found by words in any order', () => {
    expect(matches('team/app', 'APP te')).toBe(true)
    expect(matches('team/app', 'app x')).toBe(false)
    expect(matches('team/app', '')).toBe(true)
  })
})
