/** A registry that does not end what it says. */
import { describe, expect, it } from 'vitest'
import { repositoriesOf } from './content-names'
import { fetchManifest } from './manifest'
import { RegistryHttp } from './registry-http'
import { failureOf, fakeRegistry, NEVER } from './testing'

describe('a slow registry', () => {
  it('that sends a byte now and then is given up in time, whatever it sends', async () => {
    const timers = new Set<NodeJS.Timeout>()
    const { host, stop } = await fakeRegistry((_request, reply) => {
      const drip = (): void => {
        reply.write(' ')
        timers.add(setTimeout(drip, 20))
      }
      reply.writeHead(200, { 'content-type': 'application/json' })
      drip()
    })
    const http = new RegistryHttp({
      ...{ host, login: null, isInsecure: () => true, trustFor: () => ({ ca: [] }) },
      deadlineMs: 150
    })
    const begun = performance.now()
    for (const ask of [
      repositoriesOf(http, NEVER),
      fetchManifest({ http, repository: 'team/app', signal: NEVER }, '1')
    ]) {
      expect(await failureOf(ask)).toMatchObject({
        code: 'Unavailable',
        message: `${host} does not answer.`
      })
    }
    expect(performance.now() - begun).toBeLessThan(5000)
    for (const timer of timers) clearTimeout(timer)
    await stop()
  })
})
