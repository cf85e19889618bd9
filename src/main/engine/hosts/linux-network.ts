/**
 * The networks of a rootful engine on a machine that may have other engines: a bridge of its own in place of docker0, the
 * other engines' firewall rules put back after our dockerd has emptied the chains they share, and nothing of ours left
 * after the engine. Used by linux-rootful.ts and linux-terminate.ts. See docs/decisions/0106.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { run } from '../../platform/child-process'
import type { Paths } from '../../platform/paths'
import { readEngineConfig } from '../engine-config'
import {
  chainRemoval,
  dockerRules,
  lostRules,
  namesOne,
  restoreInput,
  type SavedRule
} from './firewall-rules'
import type { LinuxHostOptions } from './linux-ground'
import { findProcesses } from './proc'

type Family = 'iptables' | 'ip6tables'
const FAMILIES: readonly Family[] = ['iptables', 'ip6tables']
export type SavedRules = ReadonlyMap<Family, readonly SavedRule[]>

/** Settings that choose a default network: dockerd refuses some of them beside `--bridge`, so none is overruled. */
const USERS_CHOICE = ['bridge', 'bip', 'fixed-cidr', 'fixed-cidr-v6', 'default-gateway', 'default-gateway-v6']

/** The bridge of the engine in this folder; an interface's name has at most 15 characters. */
export function bridgeName({ root }: Paths): string {
  return `qs-${createHash('sha256').update(root).digest('hex').slice(0, 10)}`
}

/**
 * What a shell does before it becomes dockerd: makes the bridge, and adds the option when it is there. dockerd gives it
 * an address that nothing else here has.
 */
export function bridgePrelude(paths: Paths): string {
  const config = readEngineConfig(paths.engineConfig)
  if (USERS_CHOICE.some((key) => Object.hasOwn(config, key))) return ''
  const name = bridgeName(paths)
  return [
    `ip link add ${name} type bridge 2>/dev/null`,
    `if ip link show ${name} >/dev/null 2>&1; then set -- "$@" --bridge ${name}; fi; `
  ].join('; ')
}

/** The rules in dockerd's chains as they are now. `wrap`: where our dockerd will run. */
export async function saveRules({ wrap = [] }: Pick<LinuxHostOptions, 'wrap'>): Promise<SavedRules> {
  const saved = await Promise.all(
    FAMILIES.map(async (family) => [family, await listRules(family, wrap)] as const)
  )
  return new Map(saved)
}

/** Puts back what the start of our dockerd took from other engines: it empties the chains they share. */
export async function giveBackRules(options: LinuxHostOptions, before: SavedRules): Promise<void> {
  const { paths, logger, wrap = [] } = options
  const own = ownInterfaces(paths)
  for (const family of FAMILIES) {
    const lost = lostRules(before.get(family) ?? [], await listRules(family, wrap), own)
    if (lost.length === 0) continue
    const done = await applyRules(family, restoreInput(lost, '-A'), wrap)
    logger.info(`Gave back other engines’ rules (${family})${done ? '' : ': refused'}.`, {
      area: 'engine',
      count: lost.length
    })
  }
}

/** After the engine is gone and its containers with it: its rules and its bridges. */
export async function removeNetworks(options: LinuxHostOptions): Promise<void> {
  const { paths, wrap = [] } = options
  const own = ownInterfaces(paths)
  for (const family of FAMILIES) {
    const ours = (await listRules(family, wrap)).filter((rule) => namesOne(rule, own))
    if (ours.length > 0) await applyRules(family, restoreInput(ours, '-D'), wrap)
    await removeChains(family, wrap)
  }
  // Most are gone already; `-force` goes on with the next one.
  await command(wrap, '/usr/sbin/ip', ['-force', '-batch', '-'], linkRemovals(own))
}

/** The chains are every dockerd's: they go with the last one. */
async function removeChains(family: Family, wrap: readonly string[]): Promise<void> {
  if (findProcesses(({ args }) => basename(args[0] ?? '') === 'dockerd').length > 0) return
  const input = chainRemoval((await command(wrap, `/usr/sbin/${family}-save`, [])) ?? '')
  if (input !== '') await applyRules(family, input, wrap)
}

function linkRemovals(names: ReadonlySet<string>): string {
  return [...names].map((name) => `link del ${name}\n`).join('')
}

/** Our bridge, and those of the user's networks, whose names hold the id of a network of this engine. */
export function ownInterfaces(paths: Paths): ReadonlySet<string> {
  const names = new Set([bridgeName(paths)])
  try {
    const store = readFileSync(join(paths.engineDataDir, 'network', 'files', 'local-kv.db'), 'latin1')
    for (const [, name] of store.matchAll(/"BridgeName":"(br-[0-9a-f]{12})"/g)) names.add(name ?? '')
  } catch {
    // No network was ever made.
  }
  return names
}

async function listRules(family: Family, wrap: readonly string[]): Promise<SavedRule[]> {
  return dockerRules(await command(wrap, `/usr/sbin/${family}-save`, []))
}

async function applyRules(family: Family, input: string, wrap: readonly string[]): Promise<boolean> {
  return (await command(wrap, `/usr/sbin/${family}-restore`, ['--noflush', '--wait', '5'], input)) !== null
}

/** Its output; null when it failed or is not there. */
async function command(
  wrap: readonly string[],
  program: string,
  args: readonly string[],
  input?: string
): Promise<string | null> {
  const [first = program, ...rest] = [...wrap, program, ...args]
  try {
    const options = {
      timeoutMs: 10_000,
      maxBytes: 16 * 1024 * 1024,
      ...(input === undefined ? {} : { input })
    }
    const { exitCode, stdout } = await run(first, rest, options)
    return exitCode === 0 ? stdout : null
  } catch {
    return null
  }
}
