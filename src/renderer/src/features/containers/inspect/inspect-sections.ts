/**
 * What the tab "Inspect" shows of a container, section by section: names and values in Docker's words, what may be a secret
 * with the text that stands for it, and what reaches further than a container usually should. Pure.
 */
import type { ContainerInspect } from '@shared/docker/container'
import { shellCommand } from '@shared/docker/command'
import { hideArguments, hideNamedSecret, isSecretVariable, MASK } from '@shared/docker/secrets'
import { bytesSize } from '@shared/docker/size'
import type { Fact, Section } from '@/components/facts/fact-types'
import { healthFacts } from '../health/health-view'
import { restartPolicyText, spanText } from './inspect-view'
import { mountFacts } from './mount-facts'
import { riskOfOption, riskOfCapability } from './risks'

/** A fact, or nothing when there is no value. */
function fact(
  label: string,
  value: string | null | undefined,
  more: Omit<Fact, 'label' | 'value'> = {}
): Fact[] {
  return value === undefined || value === null || value === '' ? [] : [{ label, value, ...more }]
}

const mono = { mono: true } as const
const list = (values: readonly string[] | null | undefined): string => (values ?? []).join(', ')
const positive = (value: number | null | undefined, text: (value: number) => string): string =>
  value !== null && value !== undefined && value > 0 ? text(value) : ''

/** An argument list as it would be typed, with what may be a secret in it hidden. */
function commandFact(label: string, words: readonly string[] | null | undefined): Fact[] {
  if (words === null || words === undefined || words.length === 0) return []
  const value = shellCommand(words)
  const hidden = shellCommand(hideArguments(words))
  return [{ label, value, mono: true, ...(hidden === value ? {} : { hidden }) }]
}

function namedFact(label: string, value: string): Fact {
  const hidden = hideNamedSecret(label, value)
  return { label, value, mono: true, ...(hidden === value ? {} : { hidden }) }
}

function process({ Path, Args, Config, HostConfig }: ContainerInspect): Section {
  return {
    title: 'Process',
    facts: [
      ...commandFact('Runs', [Path, ...Args]),
      ...commandFact('Entrypoint', Config.Entrypoint),
      ...commandFact('Command', Config.Cmd),
      ...fact('User', Config.User === '' ? 'root (the image names none)' : Config.User),
      ...fact('Additional groups', list(HostConfig.GroupAdd)),
      ...fact('Working directory', Config.WorkingDir, mono),
      ...fact('Host name', Config.Hostname, mono),
      ...fact('Terminal', Config.Tty === true ? 'yes' : 'no'),
      ...fact('Standard input', Config.OpenStdin === true ? 'open' : 'closed'),
      ...fact('Stop signal', Config.StopSignal),
      ...fact(
        'Stop timeout',
        positive(Config.StopTimeout, (seconds) => `${seconds} s`)
      ),
      ...fact('Init process', HostConfig.Init === true ? 'yes' : ''),
      ...fact('Restart policy', restartPolicyText(HostConfig.RestartPolicy)),
      ...fact('Auto-remove', HostConfig.AutoRemove === true ? 'yes' : '')
    ]
  }
}

function environment({ Config }: ContainerInspect): Section {
  const facts = Config.Env.map((line): Fact => {
    const at = line.indexOf('=')
    if (at < 0) return { label: line, value: '(no value)' }
    const [label, value] = [line.slice(0, at), line.slice(at + 1)]
    if (value === '') return { label, value: '(empty)' }
    return { label, value, mono: true, ...(isSecretVariable(label, value) ? { hidden: MASK } : {}) }
  })
  return { title: 'Environment', facts, showAll: true }
}

function ports({ NetworkSettings, HostConfig, Config }: ContainerInspect): Section {
  const wished = Object.keys(HostConfig.PortBindings ?? {})
  const names = new Set([
    ...Object.keys(Config.ExposedPorts ?? {}),
    ...wished,
    ...Object.keys(NetworkSettings.Ports ?? {})
  ])
  const where = ({
    HostIp,
    HostPort
  }: {
    HostIp?: string | null | undefined
    HostPort?: string | null | undefined
  }): string => {
    const ip = HostIp ?? ''
    return `${ip === '' ? '' : `${ip.includes(':') ? `[${ip}]` : ip}:`}${HostPort === '' ? '(any)' : (HostPort ?? '')}`
  }
  return {
    title: 'Ports',
    facts: [...names]
      .sort((a, b) => parseInt(a) - parseInt(b))
      .map((name) => {
        const now = NetworkSettings.Ports?.[name] ?? []
        const asked = HostConfig.PortBindings?.[name] ?? []
        const value =
          now.length > 0
            ? now.map(where).join(', ')
            : asked.length > 0
              ? `${asked.map(where).join(', ')} (when it runs)`
              : 'not published'
        return { label: name, value, mono: true }
      })
  }
}

function networks({ NetworkSettings, HostConfig }: ContainerInspect): readonly Section[] {
  const entries = Object.entries(NetworkSettings.Networks)
  const mode = HostConfig.NetworkMode ?? ''
  const head: Section = {
    title: 'Networks',
    facts: [
      ...fact('Network mode', mode, optionRisk('network', mode)),
      ...fact('DNS servers', list(HostConfig.Dns)),
      ...fact('Extra hosts', list(HostConfig.ExtraHosts))
    ]
  }
  return [
    head,
    ...entries.map(([name, network]): Section => ({ title: `Network ${name}`, facts: networkFacts(network) }))
  ]
}

type Network = ContainerInspect['NetworkSettings']['Networks'][string]

function networkFacts(network: Network): Fact[] {
  const prefix = positive(network.IPPrefixLen, (length) => `/${length}`)
  return [
    ...fact('IP address', network.IPAddress ? `${network.IPAddress}${prefix}` : 'not connected now', mono),
    ...fact('Gateway', network.Gateway, mono),
    ...fact('IPv6 address', network.GlobalIPv6Address, mono),
    ...fact('IPv6 gateway', network.IPv6Gateway, mono),
    ...fact('MAC address', network.MacAddress, mono),
    ...fact('Aliases', list(network.Aliases), mono),
    ...fact('DNS names', list(network.DNSNames), mono)
  ]
}

function optionRisk(option: string, value: string): { risk?: string } {
  const risk = riskOfOption(option, value)
  return risk === null ? {} : { risk }
}

function security({ HostConfig }: ContainerInspect): Section {
  const added = HostConfig.CapAdd ?? []
  const risky = added.map(riskOfCapability).find((risk) => risk !== null)
  return {
    title: 'Security',
    facts: [
      ...fact(
        'Privileged',
        HostConfig.Privileged === true ? 'yes' : 'no',
        optionRisk('privileged', `${HostConfig.Privileged === true}`)
      ),
      ...fact('Capabilities added', list(added), risky === undefined ? {} : { risk: risky }),
      ...fact('Capabilities dropped', list(HostConfig.CapDrop)),
      ...(HostConfig.SecurityOpt ?? []).flatMap((option) =>
        fact('Security option', option, optionRisk('security', option))
      ),
      ...fact('Read-only root', HostConfig.ReadonlyRootfs === true ? 'yes' : 'no'),
      ...fact('PID namespace', HostConfig.PidMode, optionRisk('pid', HostConfig.PidMode ?? '')),
      ...fact('IPC namespace', HostConfig.IpcMode, optionRisk('ipc', HostConfig.IpcMode ?? '')),
      ...fact('UTS namespace', HostConfig.UTSMode, optionRisk('uts', HostConfig.UTSMode ?? '')),
      ...fact('User namespace', HostConfig.UsernsMode, optionRisk('userns', HostConfig.UsernsMode ?? '')),
      ...fact('Cgroup namespace', HostConfig.CgroupnsMode),
      ...fact('Runtime', HostConfig.Runtime)
    ]
  }
}

function limits({ HostConfig }: ContainerInspect): Section {
  const swap = HostConfig.MemorySwap ?? 0
  return {
    title: 'Limits',
    empty: 'No limits: it may use what the machine has.',
    facts: [
      ...fact('Memory', positive(HostConfig.Memory, bytesSize)),
      ...fact('Memory and swap', swap < 0 ? 'unlimited' : positive(swap, bytesSize)),
      ...fact('Memory reservation', positive(HostConfig.MemoryReservation, bytesSize)),
      ...fact(
        'CPUs',
        positive(HostConfig.NanoCpus, (nano) => `${nano / 1e9}`)
      ),
      ...fact(
        'CPU quota',
        positive(
          HostConfig.CpuQuota,
          (quota) => `${spanText(quota * 1000)} every ${spanText((HostConfig.CpuPeriod || 100_000) * 1000)}`
        )
      ),
      ...fact('CPU shares', positive(HostConfig.CpuShares, String)),
      ...fact('CPU set', HostConfig.CpusetCpus),
      ...fact('Processes', positive(HostConfig.PidsLimit, String)),
      ...fact('/dev/shm', positive(HostConfig.ShmSize, bytesSize)),
      ...fact('Out-of-memory killer', HostConfig.OomKillDisable === true ? 'off' : ''),
      ...(HostConfig.Ulimits ?? []).flatMap(({ Name, Soft, Hard }) =>
        fact(`ulimit ${Name}`, `${Soft} (hard ${Hard})`)
      ),
      ...Object.entries(HostConfig.Sysctls ?? {}).flatMap(([name, value]) => fact(name, value, mono))
    ]
  }
}

function devices({ HostConfig }: ContainerInspect): Section {
  return {
    title: 'Devices',
    facts: [
      ...(HostConfig.Devices ?? []).flatMap((device) =>
        fact(device.PathInContainer ?? '', `${device.PathOnHost ?? ''} (${device.CgroupPermissions ?? ''})`, {
          ...mono,
          ...optionRisk('device', device.PathOnHost ?? '')
        })
      ),
      ...(HostConfig.DeviceRequests ?? []).flatMap(({ Driver, Count, DeviceIDs, Capabilities }) =>
        fact(
          list((Capabilities ?? []).flat()) || Driver || 'Device',
          Count === -1 ? 'all' : list(DeviceIDs) || `${Count ?? 0}`
        )
      )
    ]
  }
}

function logging({ HostConfig }: ContainerInspect): Section {
  const config = HostConfig.LogConfig
  return {
    title: 'Logging',
    facts: [
      ...fact('Driver', config?.Type),
      ...Object.entries(config?.Config ?? {}).map(([label, value]) => namedFact(label, value))
    ]
  }
}

/** Every section after the overview, in the order one asks. `volumePaths`: the host folders behind volumes, by name. */
export function inspectSections(
  inspect: ContainerInspect,
  volumePaths: Readonly<Record<string, string>>
): readonly Section[] {
  const labels = Object.entries(inspect.Config.Labels)
  return [
    process(inspect),
    { title: 'Mounts', facts: mountFacts(inspect, volumePaths) },
    environment(inspect),
    ports(inspect),
    ...networks(inspect),
    security(inspect),
    limits(inspect),
    devices(inspect),
    logging(inspect),
    { title: 'Health check', facts: healthFacts(inspect.Config.Healthcheck ?? null) },
    { title: 'Labels', facts: labels.map(([label, value]) => namedFact(label, value)) }
  ]
}
