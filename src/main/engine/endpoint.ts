/**
 * Where an engine listens, and how the docker CLI spells it. Used by the hosts, the probe and main/application.ts, which
 * hands the same shape to main/docker. Plain data: nothing is opened here.
 */

/** PEM texts for an engine behind TLS. `skipVerify` is the context's own choice; it is never set silently. */
export interface EndpointTls {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly skipVerify?: boolean | undefined
}

export type EngineEndpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'npipe'; readonly path: string }
  | {
      readonly kind: 'tcp'
      readonly host: string
      readonly port: number
      readonly tls?: EndpointTls | undefined
    }
  | {
      readonly kind: 'ssh'
      readonly user?: string | undefined
      readonly host: string
      readonly port?: number | undefined
    }

/** The endpoint as `DOCKER_HOST` has it. */
export function endpointText(endpoint: EngineEndpoint): string {
  switch (endpoint.kind) {
    case 'unix':
      return `unix://${endpoint.path}`
    case 'npipe':
      return `npipe://${endpoint.path}`
    case 'tcp':
      return `tcp://${bracket(endpoint.host)}:${endpoint.port}`
    case 'ssh': {
      const user = endpoint.user === undefined ? '' : `${endpoint.user}@`
      return `ssh://${user}${bracket(endpoint.host)}${endpoint.port === undefined ? '' : `:${endpoint.port}`}`
    }
  }
}

function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
