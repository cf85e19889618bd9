/** Which registry is which, and what is said of a login that was surely meant otherwise. */
import { describe, expect, it } from 'vitest'
import { doubtOf, kindFor, LOGIN_KINDS } from './login-kinds'

describe('the kind of a registry', () => {
  it.each([
    ['', 'docker'],
    ['docker.io', 'docker'],
    ['https://index.docker.io/v1/', 'docker'],
    ['GHCR.io', 'github'],
    ['registry.gitlab.com', 'gitlab'],
    ['eu.gcr.io', 'google'],
    ['europe-west3-docker.pkg.dev', 'google'],
    ['team.azurecr.io', 'azure'],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'amazon'],
    ['public.ecr.aws', 'amazon'],
    ['quay.io', 'quay'],
    ['localhost:5000', 'other'],
    ['ghcr.io.evil.example', 'other']
  ])('%j is %s', (typed, id) => {
    expect(kindFor(typed, 'docker').id).toBe(id)
  })

  it('is what was chosen where everybody runs their own, and never against an address that is known', () => {
    expect(kindFor('git.example', 'gitlab').id).toBe('gitlab')
    expect(kindFor('harbor.example', 'harbor').id).toBe('harbor')
    expect(kindFor('', 'amazon').id).toBe('amazon')
    expect(kindFor('', 'other').id).toBe('other')
    expect(kindFor('ghcr.io', 'harbor').id).toBe('github')
    expect(kindFor('git.example', 'amazon').id).toBe('other')
  })

  it('says which token is needed, in one or two sentences', () => {
    for (const { id, note } of LOGIN_KINDS) expect(note !== '' || id === 'other', id).toBe(true)
  })
})

describe('a doubt', () => {
  const of = (host: string, username: string, secret: string) =>
    doubtOf(kindFor(host, host === '' ? 'harbor' : 'other'), username, secret)

  it('is told of what cannot work', () => {
    expect(of('ghcr.io', 'ann', 'github_pat_x')).toContain('fine-grained')
    expect(of('ghcr.io', 'ann', 'hunter2')).toContain('takes no password')
    expect(of('gcr.io', '_json_key', 'abc')).toContain('JSON key')
    expect(of('team.azurecr.io', '00000000-0000-0000-0000-000000000000', 'secret')).toContain('eyJ')
    expect(of('public.ecr.aws', 'ann', 'x')).toContain('always AWS')
    expect(of('public.ecr.aws', 'AWS', 'AKIAIOSFODNN7EXAMPLE')).toContain('too short')
    expect(of('', 'robot+ci', 'x')).toContain('robot$')
  })

  it('is kept to itself otherwise, and while something is missing', () => {
    expect(of('ghcr.io', 'ann', 'ghp_x')).toBeNull()
    expect(of('gcr.io', '_json_key', '{"type":"service_account", "private_key": "x"}')).toBeNull()
    expect(of('gcr.io', 'oauth2accesstoken', 'x')).toBeNull()
    expect(of('public.ecr.aws', 'AWS', 'e'.repeat(1000))).toBeNull()
    expect(of('', 'robot$ci', 'x')).toBeNull()
    expect(of('docker.io', 'ann', 'x')).toBeNull()
    expect(of('localhost:5000', 'ann', 'x')).toBeNull()
    expect(of('ghcr.io', 'ann', '')).toBeNull()
  })
})
