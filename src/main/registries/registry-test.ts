/**
 * "Test" of a registry: its name, its port, its certificate, its API and the login that is stored, one after another, so that what
 * fails is told with its reason. Called by the handler.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { RegistryTest, TestStep } from '@shared/contract/registries'
import { oneLine } from '@shared/docker/text'
import { AppError, toAppError } from '@shared/errors'
import type { Opened } from './access'
import { registryConnectionError, registryReplyError } from './registry-errors'
import { HUB_HOST } from './registry-key'
import { challengesOf } from './token-auth'
import { connectTcp, readCertificate, type Seen } from './tls-probe'

const STAGES = ['DNS', 'TCP', 'TLS', 'HTTP', 'Login'] as const
const STAGE_MS = 8000
const HUB_LIMITS = '/v2/ratelimitpreview/test/manifests/latest'

type Step = Omit<TestStep, 'name'>
const ok = (text: string): Step => ({ state: 'ok', text, hint: '' })

/** Runs every stage until one fails. Rejects only when it is given up. */
export async function testRegistry(opened: Opened, signal: AbortSignal): Promise<RegistryTest> {
  const test = new Test(opened, signal)
  const steps: TestStep[] = []
  let failed = false
  for (const name of STAGES) {
    const step: Step = failed ? { state: 'left', text: '', hint: '' } : await test.run(name)
    steps.push({ name, ...step })
    // A login that is refused is no reason to call the registry unreachable.
    failed ||= step.state === 'failed'
    signal.throwIfAborted()
  }
  const reachable = !steps.some(({ name, state }) => name !== 'Login' && state === 'failed')
  return { host: opened.http.host, reachable, steps, certificate: test.certificate, limits: test.limits }
}

class Test {
  readonly #opened: Opened
  readonly #signal: AbortSignal
  readonly #hostname: string
  readonly #port: number
  #seen: Seen | null = null

  constructor(opened: Opened, signal: AbortSignal) {
    this.#opened = opened
    this.#signal = signal
    const { hostname, port } = new URL(
      `https://${opened.http.host === HUB_HOST ? 'registry-1.docker.io' : opened.http.host}`
    )
    this.#hostname = hostname.replace(/^\[|\]$/g, '')
    this.#port = port === '' ? 443 : Number(port)
  }

  get certificate() {
    return this.#seen?.certificate ?? null
  }

  get limits() {
    return this.#opened.http.limits.all
  }

  async run(name: TestStep['name']): Promise<Step> {
    const stages = { DNS: this.#dns, TCP: this.#tcp, TLS: this.#tls, HTTP: this.#http, Login: this.#login }
    try {
      return await stages[name].call(this)
    } catch (thrown) {
      const { message, hint = '' } = toAppError(registryConnectionError(this.#opened.http.host, thrown))
      return { state: 'failed', text: message, hint }
    }
  }

  async #dns(): Promise<Step> {
    if (isIP(this.#hostname) !== 0) return { state: 'left', text: 'It is an address.', hint: '' }
    const found = await this.#within(lookup(this.#hostname, { all: true }))
    return ok(
      `${this.#hostname} is ${found
        .slice(0, 4)
        .map(({ address }) => address)
        .join(', ')}.`
    )
  }

  async #tcp(): Promise<Step> {
    const begun = performance.now()
    const address = await connectTcp(this.#hostname, this.#port, this.#stage())
    return ok(
      `${address} accepts connections on port ${this.#port} (${Math.round(performance.now() - begun)} ms).`
    )
  }

  async #tls(): Promise<Step> {
    const { access } = this.#opened
    const insecure = access.isInsecure(access.host)
    this.#seen = await readCertificate(
      this.#hostname,
      this.#port,
      access.trustFor(access.host),
      this.#stage()
    )
    const { problem, protocol } = this.#seen
    if (protocol === null) {
      if (insecure)
        return {
          state: 'warning',
          text: 'It speaks no TLS; the engine accepts that of this registry.',
          hint: ''
        }
      throw new AppError('Unavailable', 'It speaks no TLS.', {
        hint: 'Check the port. The engine speaks plain HTTP only to registries among its insecure-registries.'
      })
    }
    const changed = this.#changed()
    if (problem === '') return ok(`The certificate is trusted (${protocol}).${changed}`)
    if (insecure) {
      const text = `The certificate is not trusted (${problem}); the engine accepts any of this registry.${changed}`
      return { state: 'warning', text, hint: '' }
    }
    throw new AppError('Unavailable', `The certificate is not trusted: ${problem}.${changed}`, {
      hint: 'If it is right, add its authority with Certificates, in the menu of its line.'
    })
  }

  /** That another certificate is shown than was accepted before, in words. */
  #changed(): string {
    const before =
      this.#opened.access.seen?.last(`${this.#hostname}:${this.#port}`.replace(/:443$/, '')) ?? null
    const now = this.#seen?.certificate?.fingerprint ?? before
    return before === null || before === now ? '' : ` It is another one than before (SHA-256 ${before}).`
  }

  async #http(): Promise<Step> {
    const { http } = this.#opened
    // A token is not needed to see that it is a registry, and a login that is refused is the next stage's.
    const reply = await http.request({ path: '/v2/', signal: this.#signal }).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'Unauthorized') return null
      throw error
    })
    if (reply === null || reply.status === 401 || reply.status === 403)
      return ok('It answers as a registry and wants a login.')
    if (reply.status !== 200) throw registryReplyError(http.host, reply.status, reply.headers)
    const version = reply.headers['docker-distribution-api-version']
    const known = typeof version === 'string' ? ` (${oneLine(version, 60)})` : ''
    return ok(`It answers as a registry${known}${http.plain ? ', over plain HTTP' : ''}.`)
  }

  async #login(): Promise<Step> {
    const { http, access, problem } = this.#opened
    if (problem !== null) throw new AppError('System', problem)
    const hub = http.host === HUB_HOST
    const reply = await http.request({
      path: hub ? HUB_LIMITS : '/v2/',
      method: hub ? 'HEAD' : 'GET',
      signal: this.#signal
    })
    const wanted = challengesOf(reply.headers['www-authenticate']).length > 0
    if (access.login === null) {
      if (reply.status === 401)
        return { state: 'warning', text: 'Nobody is logged in, and it wants a login.', hint: 'Log in.' }
      return { state: 'left', text: 'Nobody is logged in; it answers without.', hint: '' }
    }
    if (reply.status === 401 || reply.status === 403 || wanted) {
      throw new AppError('Unauthorized', 'It does not take the login that is stored.', {
        hint: 'Log in again: the password or token may have changed or run out.'
      })
    }
    if (reply.status !== 200) throw registryReplyError(http.host, reply.status, reply.headers)
    return ok('It takes the login that is stored.')
  }

  #stage(): AbortSignal {
    return AbortSignal.any([this.#signal, AbortSignal.timeout(STAGE_MS)])
  }

  async #within<T>(work: Promise<T>): Promise<T> {
    const signal = this.#stage()
    return await Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      })
    ])
  }
}
