import { describe, expect, it } from 'vitest'
import type { EngineStatus } from '@shared/contract/engine'
import { cliEngine, engineVariables } from './cli-environment'

const status = (more: Partial<EngineStatus>): EngineStatus =>
  ({
    state: { name: 'running' },
    source: 'bundled',
    host: 'unix:///run/x.sock',
    contextName: null,
    ...more
  }) as EngineStatus
const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' }
const variables = (more: Partial<EngineStatus>) => engineVariables(cliEngine(status(more)), env)

describe('the variables that lead a program of the CLI to the engine', () => {
  it('name the socket of the bundled engine and of the default context, without the certificates of another', () => {
    const own = { DOCKER_HOST: 'unix:///run/x.sock' }
    expect(variables({})).toEqual(own)
    expect(variables({ source: 'context', contextName: 'default' })).toEqual(own)
  })

  it('name a context', () => {
    expect(variables({ source: 'context', contextName: 'far' })).toEqual({ DOCKER_CONTEXT: 'far' })
  })

  it('take DOCKER_HOST with the certificates that are named beside it', () => {
    const more = { source: 'context', contextName: 'DOCKER_HOST', host: 'tcp://far:2376' } as const
    expect(variables(more)).toEqual({
      DOCKER_HOST: 'tcp://far:2376',
      DOCKER_TLS: undefined,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: '/certs'
    })
  })

  it('are none while no engine runs', () => {
    expect(() => variables({ state: { name: 'stopped' } })).toThrow('not running')
  })
})
