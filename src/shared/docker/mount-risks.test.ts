import { describe, expect, it } from 'vitest'
import { mountRisks } from './mount-risks'

describe('a mount that reaches far', () => {
  it.each([
    ['/var/run/docker.sock:/var/run/docker.sock', 'full control'],
    ['/run/docker.sock:/s:ro', 'full control'],
    ['/home/me/.local/share/quayside/run/docker.sock:/s', 'full control'],
    ['/:/host', 'every file of this machine'],
    ['/../:/host:ro', 'can read every file'],
    ['/etc:/x', 'can read and change /etc'],
    ['/./etc//:/x', 'can read and change /etc,'],
    ['/etc/shadow:/x:ro', 'can read /etc/shadow'],
    ['/var/run:/x', '/var/run, a folder of the system'],
    ['  /home/me/.ssh:/keys ', 'keys and passwords'],
    ['/home/me/.docker/config.json:/c', 'keys and passwords']
  ])('%s is said', (line, words) => {
    expect(mountRisks([line])).toEqual([expect.stringContaining(words)])
  })

  it.each(['data:/data', '/data', '/srv/www:/www', '/home/me/etc:/x', 'not a mount', ''])(
    '%j is not',
    (line) => {
      expect(mountRisks([line])).toEqual([])
    }
  )

  it('is said once', () => {
    expect(mountRisks(['/etc:/a', '/etc/:/b'])).toHaveLength(1)
  })
})
