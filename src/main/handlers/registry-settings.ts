/** "Edit" of a registry: its address, and what the engine's configuration says of it. Thin; the work is in registries/ and engine/. */
import type { RegistrySettings } from '@shared/contract/registries'
import { attempted, toAppError } from '@shared/errors'
import type { EngineConfigFile } from '../engine/configure'
import type { Handlers } from '../ipc/handler'
import type { AddedRegistries } from '../registries/added-registries'
import {
  isAsWished,
  namesHost,
  registriesOf,
  withWish,
  type RegistryWish
} from '../registries/engine-settings'
import { isLoopback } from '../registries/known-hosts'
import { HUB_HOST } from '../registries/registry-key'
import type { EngineSession } from '../resources/session'
import { isLocal, reachOf } from './open-registry'
import { registry } from './registry-name'

interface RegistrySettingsDeps {
  readonly session: EngineSession
  readonly added: AddedRegistries
  readonly engineConfig: () => EngineConfigFile | null
}

export function registrySettingsHandlers(deps: RegistrySettingsDeps) {
  const { added, engineConfig } = deps
  return {
    async settings({ host: typed }, { signal }) {
      const { host } = registry(typed)
      return { host, renamable: added.all().includes(host), ...(await engineSettings(deps, host, signal)) }
    },
    async configure({ host: typed, to: typedTo, insecure, mirrors }) {
      const [host, to] = [registry(typed).host, registry(typedTo).host]
      try {
        if (to !== host) added.checkRename(host, to)
        const file = engineConfig()
        const wish: RegistryWish = {
          ...{ host: to, formerly: host, mirrors },
          // Docker Hub is never without a certificate.
          insecure: to === HUB_HOST ? null : insecure
        }
        const nothing = file === null || (wish.insecure === null && mirrors === null)
        const applied = nothing
          ? 'left'
          : await file.change({
              change: (config) => withWish(config, wish),
              applied: (info) => isAsWished(wish, info)
            })
        if (to !== host) added.rename(host, to)
        else added.touch()
        return { host: to, applied }
      } catch (error) {
        throw attempted(`Could not change the settings of ${host}`, error)
      }
    }
  } satisfies Partial<Handlers['registries']>
}

type EnginePart = Omit<RegistrySettings, 'host' | 'renamable'>

/** What the file says, or where it is not ours, what the engine says of itself. */
async function engineSettings(
  { session, engineConfig }: RegistrySettingsDeps,
  host: string,
  signal: AbortSignal
): Promise<EnginePart> {
  const client = await session.client().catch(() => null)
  const reach = await reachOf(session, signal)
  const file = engineConfig()
  const engineRuns = client !== null
  if (file === null) {
    return {
      ...{ file: '', engineRuns, insecure: reach.isInsecure(host), insecureBecause: because(host) },
      mirrors: [...reach.mirrors],
      ...(client !== null && !isLocal(client) ? ELSEWHERE : NOT_OURS)
    }
  }
  try {
    const said = registriesOf(file.read())
    const listed = said.insecure.some(namesHost(host))
    const byNetwork = !listed && reach.isInsecure(host) && !reach.insecure.some(namesHost(host))
    return {
      ...{ file: file.path, engineRuns, problem: '', hint: '', mirrors: said.mirrors },
      insecure: listed || reach.isInsecure(host),
      insecureBecause: because(host) || (byNetwork ? 'one of its insecure networks' : '')
    }
  } catch (thrown) {
    const { message, hint = '' } = toAppError(thrown)
    const unread = { insecure: reach.isInsecure(host), insecureBecause: '', mirrors: [...reach.mirrors] }
    return { file: file.path, engineRuns, problem: message, hint, ...unread }
  }
}

const because = (host: string): string => (isLoopback(host) ? 'this machine' : '')

const HOW =
  'set “insecure-registries” or “registry-mirrors” in its /etc/docker/daemon.json (a rootless one: ' +
  '~/.config/docker/daemon.json), then have it read that: sudo systemctl reload docker.'
const NOT_OURS = {
  problem: 'The engine in use is not Quayside’s own: it is set up where it was installed.',
  hint: `There, ${HOW}`
}
const ELSEWHERE = {
  problem: 'The engine in use is on another machine, where it is set up.',
  hint: `There, ${HOW}`
}
