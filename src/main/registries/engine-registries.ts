/** What the engine's `/info` says of registries: mirrors, and those it may reach without a trusted certificate. */
import { BlockList, isIP } from 'node:net'
import type { EngineInfo } from '../docker/info-schema'
import { isLoopback } from './known-hosts'
import type { EngineRegistries } from './overview'

export interface EngineReach extends EngineRegistries {
  /** Whether the engine takes any certificate of this registry, and plain HTTP where it speaks no TLS. */
  readonly isInsecure: (host: string) => boolean
}

/** Without an engine only this machine's own registries are insecure, as for every engine. */
export const NO_ENGINE: EngineReach = { mirrors: [], insecure: [], isInsecure: isLoopback }

export function engineReach(info: EngineInfo): EngineReach {
  const config = info.RegistryConfig
  if (config === null) return NO_ENGINE
  const insecure = Object.entries(config.IndexConfigs)
    .filter(([, { Secure }]) => !Secure)
    .map(([name]) => name)
  const networks = blockList(config.InsecureRegistryCIDRs)
  const isInsecure = (host: string): boolean => {
    const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
    const family = isIP(name)
    const listed = insecure.includes(host) || isLoopback(host)
    return listed || (family !== 0 && networks.check(name, family === 6 ? 'ipv6' : 'ipv4'))
  }
  return { mirrors: config.Mirrors, insecure, isInsecure }
}

function blockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', bits = ''] = cidr.split('/')
    try {
      list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4')
    } catch {
      // An address that Node does not know is no network either.
    }
  }
  return list
}
