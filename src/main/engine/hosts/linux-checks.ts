/** The checks shared by the Linux hosts that need more than a look: the bundle's hashes, and refusing a start. */
import { join } from 'node:path'
import type { Precondition } from '@shared/contract/engine'
import { AppError, toAppError } from '@shared/errors'
import type { Paths } from '../../platform/paths'
import { verifyBundle } from '../bundle'
import { precondition } from './preconditions'

/** Where it is remembered which program files were hashed. */
export function verifiedFile(paths: Paths): string {
  return join(paths.engineDir, 'verified.json')
}

export async function checkBundle(bundleDir: string, cacheFile: string): Promise<Precondition> {
  return await precondition('bundle', 'The engine’s programs', async () => {
    try {
      const { components } = await verifyBundle(bundleDir, cacheFile)
      const dockerd = components.find(({ name }) => name === 'dockerd')
      return { result: 'ok', detail: `Complete and unchanged (dockerd ${dockerd?.version ?? '?'}).` }
    } catch (error) {
      const { message } = toAppError(error)
      return {
        result: 'failed',
        detail: message,
        fix: 'Install Quayside again; a development copy makes them itself.',
        command: 'node scripts/engine-bundle.mjs'
      }
    }
  })
}

/** Where a failed precondition is the same trouble as a failure of dockerd, it has the same name. */
const KINDS: Readonly<Record<string, string>> = {
  disk: 'disk-full',
  iptables: 'firewall',
  tun: 'slirp4netns'
}

/** Throws for the first precondition that failed, with its fix as the hint. */
export function refuseFailed(preconditions: readonly Precondition[]): void {
  const failed = preconditions.find(({ result }) => result === 'failed')
  if (failed === undefined) return
  const command = failed.command === null ? '' : ` (${failed.command})`
  throw new AppError('Unavailable', `The engine cannot start here. ${failed.title}: ${failed.detail}`, {
    hint: `${failed.fix ?? 'See the list of requirements.'}${command}`,
    retryable: false,
    details: { kind: KINDS[failed.id] ?? failed.id }
  })
}
