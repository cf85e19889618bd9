/**
 * Where an engine listens. Made by main/engine (bundled engine, docker contexts), read by the transport.
 * Plain data: no connection is opened here.
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
