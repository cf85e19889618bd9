/** Gives the tokens that a real registry checks: signed, for a time, for what the user may do. `reader` may only read. */
import { sign } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface TokenServer {
  readonly realm: string
  /** `ann repository:a:pull,push`, in order. */
  readonly asked: string[]
  stop(): Promise<void>
}

/** @param pair its certificate and key as text: for TLS, and to sign with. */
export async function startTokenServer(
  pair: { readonly cert: string; readonly key: string },
  password: string
): Promise<TokenServer> {
  const asked: string[] = []
  const server = createServer(pair, (request, reply) => {
    const url = new URL(request.url ?? '', 'https://localhost')
    const login = Buffer.from(
      (request.headers.authorization ?? '').replace('Basic ', ''),
      'base64'
    ).toString()
    const [user = '', given = ''] = login.split(':')
    const scopes = url.searchParams.getAll('scope')
    asked.push(`${user} ${scopes.join(' ')}`)
    if (given !== password) return reply.writeHead(401).end()
    reply.end(JSON.stringify({ token: token(pair, user, scopes) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    realm: `https://localhost:${(server.address() as AddressInfo).port}/token`,
    asked,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

function token(
  { cert, key }: { readonly cert: string; readonly key: string },
  user: string,
  scopes: readonly string[]
): string {
  const access = scopes.map((scope) => {
    const [, type = '', name = '', actions = ''] = /^([^:]*):(.*):([^:]*)$/.exec(scope) ?? []
    const wanted = actions.split(',')
    return { type, name, actions: user === 'reader' ? wanted.filter((one) => one === 'pull') : wanted }
  })
  const now = Math.floor(Date.now() / 1000)
  const certificate = cert.replace(/-----[^-]+-----|\s/g, '')
  const times = { exp: now + 300, nbf: now - 10, iat: now, jti: String(Math.random()) }
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = part({ typ: 'JWT', alg: 'RS256', x5c: [certificate] })
  const signed = `${head}.${part({ iss: 'tests', sub: user, aud: 'tests', ...times, access })}`
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}
