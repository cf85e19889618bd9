import { describe, expect, it } from 'vitest'
import { parseReference, pullReference } from './reference'

const read = (text: string) => {
  const result = parseReference(text)
  return result.ok ? result.reference : null
}
const mistake = (text: string) => {
  const result = parseReference(text)
  return result.ok ? null : result
}
const HEX = 'a'.repeat(64)

describe('an image reference', () => {
  it.each([
    ['nginx', 'docker.io', 'library/nginx', null, null],
    ['nginx:1.27', 'docker.io', 'library/nginx', '1.27', null],
    ['docker.io/library/nginx', 'docker.io', 'library/nginx', null, null],
    ['index.docker.io/nginx', 'docker.io', 'library/nginx', null, null],
    ['team/app', 'docker.io', 'team/app', null, null],
    ['localhost/app', 'localhost', 'app', null, null],
    ['registry.test:5000/a/b/c:v1', 'registry.test:5000', 'a/b/c', 'v1', null],
    ['[::1]:5000/x', '[::1]:5000', 'x', null, null],
    [`busybox:1@sha256:${HEX}`, 'docker.io', 'library/busybox', '1', `sha256:${HEX}`],
    ['a__b/c--d.e', 'docker.io', 'a__b/c--d.e', null, null],
    ['Registry/app', 'Registry', 'app', null, null]
  ])('is read as the engine reads it: %s', (text, domain, path, tag, digest) => {
    expect(read(text)).toEqual({ domain, path, tag, digest })
  })

  it.each([
    ['', /needed/],
    ['BusyBox', /lower case/],
    ['a//b', /lower-case letters and digits/],
    ['-x', /letters and digits/],
    ['.', /letters and digits/],
    ['🐳', /letters and digits/],
    ['busyb\u043ex', /letters and digits/],
    ['busybox:', /tag after the colon is missing/],
    [`busybox:${'a'.repeat(129)}`, /at most 128/],
    ['busybox:a b', /no spaces/],
    ['busybox@sha256:abc', /64 hexadecimal digits/],
    [`busybox@md5:${'a'.repeat(32)}`, /sha256:, sha384: or sha512:/],
    [HEX, /looks like an image id/],
    ['https://docker.io/library/x', /no scheme/],
    ['user:pw@host/x', /no user and password/],
    ['../../etc/passwd', /host name|letters and digits/],
    ['localhost:99999/x', /between 1 and 65535/],
    [`a/${'b'.repeat(260)}`, /at most 255/],
    ['::1/x', /host name/],
    ['busybox\nx', /spaces/],
    [' nginx ', /spaces around/]
  ])('that is none says why: %j', (text, message) => {
    expect(mistake(text)?.message).toMatch(message)
  })

  it('offers what was probably meant', () => {
    expect(mistake('BusyBox:V1')?.suggestion).toBe('busybox:V1')
    expect(mistake('team/App')?.suggestion).toBe('team/app')
    expect(mistake('https://reg.test/x')?.suggestion).toBe('reg.test/x')
    expect(mistake(' nginx ')?.suggestion).toBe('nginx')
  })

  it('is pulled as latest unless it says otherwise', () => {
    expect(pullReference('nginx')).toBe('nginx:latest')
    expect(pullReference('reg.test:5000/nginx')).toBe('reg.test:5000/nginx:latest')
    expect(pullReference('nginx:1')).toBe('nginx:1')
    expect(pullReference(`nginx@sha256:${HEX}`)).toBe(`nginx@sha256:${HEX}`)
    expect(pullReference('a//b')).toBeNull()
  })
})
