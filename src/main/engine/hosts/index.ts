/** Chooses the host for this platform and user. Called by engine/supervisor.ts only. */
import { AppError } from '@shared/errors'
import type { EngineEndpoint } from '../endpoint'
import { createUnusableHost } from './external'
import type { Host } from './host'
import type { LinuxHostOptions } from './linux-ground'
import { createRootfulHost } from './linux-rootful'
import { createRootlessHost } from './linux-rootless'

export interface Machine {
  readonly platform: NodeJS.Platform
  /** The user's id; undefined where there is none (Windows). */
  readonly uid: number | undefined
}

/** The host that runs the bundled engine here; where there is none yet it answers every start with the reason. */
export function createBundledHost(machine: Machine, options: LinuxHostOptions): Host {
  if (machine.platform === 'linux') {
    return machine.uid === 0 ? createRootfulHost(options) : createRootlessHost(options)
  }
  const windows = machine.platform === 'win32'
  const path = options.paths.socket
  const endpoint: EngineEndpoint = windows ? { kind: 'npipe', path } : { kind: 'unix', path }
  const needs = windows ? 'Windows: it needs WSL 2' : 'macOS: it needs a Linux machine such as Lima’s'
  const why = new AppError('NotImplemented', `This version has no bundled engine for ${needs}.`, {
    hint: 'Use the engine your docker CLI talks to; Quayside works with it in full.',
    retryable: false,
    details: { kind: 'platform-not-supported' }
  })
  return createUnusableHost(endpoint, why)
}

export { createExternalHost, createUnusableHost } from './external'
export type { EngineProcess, FailureStep, Host } from './host'
