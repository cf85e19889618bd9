/** The device code flow against a server that speaks the real protocol: waiting, slow_down, denied, expired, hostile. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toAppError } from '@shared/errors'
import { deviceLogin, type Clock, type DeviceCode } from './device-flow'
import { DOCKER_HUB, hubAddress, type HubAddress } from './hub-address'

const TOKEN = `x.${Buffer.from(JSON.stringify({ 'https://hub.docker.com': { username: 'ann' } })).toString('base64url')}.canary`
const PAT = 'dckr_pat_canary'

type Answer = (reply: ServerResponse, form: URLSearchParams) => void
const json =
  (status: number, value: unknown): Answer =>
  (reply) =>
    void reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))

let server: Server
let place: HubAddress
let asked: string[]
let waits: number[]
let now: number
/** What the next questions for a token are answered; the last one goes on. */
let answers: Answer[]
let code: Answer
let made: Answer

const clock: Clock = {
  now: () => now,
  pause: (milliseconds, signal) => {
    waits.push(milliseconds)
    now += milliseconds
    return Promise.resolve(!signal.aborted)
  }
}

beforeEach(async () => {
  ;[asked, waits, now] = [[], [], 0]
  answers = [json(200, { access_token: TOKEN, refresh_token: 'canary-refresh' })]
  made = json(201, { data: { token: PAT } })
  server = createServer((request, reply) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const form = new URLSearchParams(body)
      asked.push(
        `${request.url} ${form.get('grant_type') ?? form.get('scope') ?? request.headers.authorization}`
      )
      if (request.url === '/oauth/device/code') code(reply, form)
      else if (request.url === '/oauth/token')
        (answers.length > 1 ? answers.shift() : answers[0])?.(reply, form)
      else made(reply, form)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  place = hubAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  code = json(200, {
    device_code: 'canary-device',
    user_code: 'ABCD-EFGH',
    verification_uri: 'https://login.docker.com/activate',
    verification_uri_complete: 'https://login.docker.com/activate?user_code=ABCD-EFGH',
    expires_in: 900,
    interval: 3
  })
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function run(signal = new AbortController().signal) {
  const flow = deviceLogin(place, signal, clock)
  const codes: DeviceCode[] = []
  for (;;) {
    const step = await flow.next()
    if (step.done === true) return { codes, login: step.value }
    codes.push(step.value)
  }
}
const failure = async (signal?: AbortSignal) =>
  await run(signal).then(
    () => expect.fail('it went well'),
    (thrown: unknown) => toAppError(thrown)
  )
const says = (error: string): Answer => json(403, { error, error_description: 'canary' })

describe('a login in a browser', () => {
  it('tells the code, waits as it is told, and ends with an access token', async () => {
    answers = [says('authorization_pending'), says('slow_down'), says('authorization_pending'), ...answers]
    const { codes, login } = await run()
    const address = 'https://login.docker.com/activate'
    expect(codes).toEqual([
      { code: 'ABCD-EFGH', address, page: `${address}?user_code=ABCD-EFGH`, expiresAt: 900_000 }
    ])
    expect(login).toEqual({ username: 'ann', secret: PAT })
    expect(waits).toEqual([3000, 3000, 8000, 8000])
    expect(asked[0]).toBe('/oauth/device/code openid offline_access')
    expect(asked[1]).toBe('/oauth/token urn:ietf:params:oauth:grant-type:device_code')
    expect(asked.at(-1)).toBe(`/v2/access-tokens/desktop-generate Bearer ${TOKEN}`)
  })

  it('goes on while the server stumbles, less often', async () => {
    answers = [json(503, {}), (reply) => void reply.destroy(), ...answers]
    expect((await run()).login.username).toBe('ann')
    expect(waits).toEqual([3000, 6000, 12_000])
  })

  it.each([
    ['access_denied', 'Forbidden', 'The login was refused in the browser.'],
    ['expired_token', 'Deadline', 'The code was not entered in time.'],
    ['invalid_grant', 'System', 'Docker’s login answered with something unexpected (HTTP 403).']
  ])('ends with %s', async (error, errorCode, message) => {
    answers = [says('authorization_pending'), says(error)]
    expect(await failure()).toMatchObject({ code: errorCode, message })
  })

  it('ends when the time is over, whatever the server says', async () => {
    answers = [says('authorization_pending')]
    code = json(200, { device_code: 'd', user_code: 'A', verification_uri: place.tenant, expires_in: 50 })
    expect((await failure()).message).toBe('The code was not entered in time.')
    expect(now).toBe(50_000)
  })

  it('is given up at once', async () => {
    const stop = new AbortController()
    answers = [
      (reply, form) => {
        stop.abort()
        says('authorization_pending')(reply, form)
      }
    ]
    expect((await failure(stop.signal)).code).toBe('Cancelled')
  })

  it('takes what is usual where the server says nothing useful', async () => {
    code = json(200, {
      device_code: 'd',
      user_code: 'A\u0000B',
      verification_uri: `${place.tenant}/activate`,
      expires_in: 'x',
      interval: -1
    })
    expect((await run()).codes[0]).toMatchObject({ address: `${place.tenant}/activate`, expiresAt: 900_000 })
    expect(waits).toEqual([5000])
  })

  it('sends a browser nowhere but to Docker, and shows nothing of what it was given', async () => {
    const reason = async (change: () => void) => {
      change()
      const { message, hint } = await failure()
      expect(`${message} ${hint ?? ''}`).not.toContain('canary')
      return message
    }
    for (const page of [
      'https://docker.com.evil.example/',
      'http://login.docker.com/',
      'javascript:alert(1)',
      'https://a:b@login.docker.com/'
    ])
      expect(
        await reason(() => (code = json(200, { device_code: 'd', user_code: 'A', verification_uri: page }))),
        page
      ).toBe('Docker’s login names a page that is not Docker’s.')
    expect(await reason(() => (code = json(500, { canary: 1 })))).toContain('gave no code (HTTP 500)')
    code = json(200, { device_code: 'd', user_code: 'A', verification_uri: `${place.tenant}/a` })
    expect(await reason(() => (made = json(403, { canary: 1 })))).toContain('gave no access token (HTTP 403)')
    expect(await reason(() => (answers = [json(200, { access_token: 'canary' })]))).toContain('whose login')
    expect(await reason(() => (answers = [(reply) => void reply.end('x'.repeat(300_000))]))).toContain(
      'no such answer needs'
    )
  })

  it('can be had of this machine for tests, and of no other address', () => {
    expect(hubAddress('http://127.0.0.1:8080/x')).toEqual({
      tenant: 'http://127.0.0.1:8080',
      hub: 'http://127.0.0.1:8080'
    })
    for (const other of [undefined, '', 'https://evil.example', 'http://evil.example', 'file:///etc'])
      expect(hubAddress(other)).toBe(DOCKER_HUB)
  })
})
