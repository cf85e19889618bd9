/**
 * `docker info` as a tree of entries, in the words and order of docker/cli cli/command/system/info.go. info-text.ts prints
 * it as the CLI does, info-groups.ts gathers it for the Home page; both show exactly these entries.
 */
import { bytesSize } from '@shared/docker/size'
import { bare, heading, line, type Entry } from './info-entry'
import type { EngineInfo } from './info-schema'
import { swarmEntry } from './info-swarm'

/** The CLI's fprintlnNonEmpty: nothing for an empty value. */
function ifSet(label: string, value: string): Entry[] {
  return value === '' ? [] : [line(label, value)]
}

function pairs(list: readonly (readonly [string, string])[]): Entry[] {
  return list.map(([label, value]) => line(label, value))
}

/** Everything under `Server:`, in order. `userName` is the one logged in to Docker Hub by the CLI's config file. */
export function infoEntries(info: EngineInfo, userName = ''): readonly Entry[] {
  return [
    ...objects(info),
    ...ifSet('Server Version', info.ServerVersion),
    storage(info),
    ...pairs(info.SystemStatus),
    ...ifSet('Logging Driver', info.LoggingDriver),
    ...ifSet('Cgroup Driver', info.CgroupDriver),
    ...ifSet('Cgroup Version', info.CgroupVersion),
    plugins(info),
    ...devices(info),
    swarmEntry(info),
    ...runtimes(info),
    ...platform(info),
    ...host(info),
    debugMode(info),
    ...ifSet('HTTP Proxy', info.HttpProxy),
    ...ifSet('HTTPS Proxy', info.HttpsProxy),
    ...ifSet('No Proxy', info.NoProxy),
    ...ifSet('Username', userName),
    ...section(
      'Labels',
      info.Labels.map((label) => bare(label))
    ),
    line('Experimental', info.ExperimentalBuild),
    ...registries(info),
    line('Live Restore Enabled', info.LiveRestoreEnabled),
    ...ifSet('Product License', info.ProductLicense),
    ...networking(info)
  ]
}

function section(label: string, children: readonly Entry[]): Entry[] {
  return children.length === 0 ? [] : [heading(label, children)]
}

function objects(info: EngineInfo): Entry[] {
  return [
    line('Containers', info.Containers, [
      line('Running', info.ContainersRunning),
      line('Paused', info.ContainersPaused),
      line('Stopped', info.ContainersStopped)
    ]),
    line('Images', info.Images)
  ]
}

function storage(info: EngineInfo): Entry {
  return { ...line('Storage Driver', info.Driver, pairs(info.DriverStatus)), omitted: info.Driver === '' }
}

function plugins({ Plugins }: EngineInfo): Entry {
  const authorization =
    Plugins.Authorization.length === 0 ? [] : [line('Authorization', Plugins.Authorization.join(' '))]
  return heading('Plugins', [
    line('Volume', Plugins.Volume.join(' ')),
    line('Network', Plugins.Network.join(' ')),
    ...authorization,
    line('Log', Plugins.Log.join(' '))
  ])
}

function devices(info: EngineInfo): Entry[] {
  return [
    ...section(
      'CDI spec directories',
      info.CDISpecDirs.map((dir) => bare(dir))
    ),
    ...section(
      'Discovered Devices',
      info.DiscoveredDevices.map((device) => line(device.Source, device.ID))
    )
  ]
}

/** The CLI prints the runtimes in the random order of a Go map; here they are sorted. */
function runtimes(info: EngineInfo): Entry[] {
  const names = Object.keys(info.Runtimes).sort()
  return names.length === 0
    ? []
    : [line('Runtimes', names.join(' ')), line('Default Runtime', info.DefaultRuntime)]
}

function platform(info: EngineInfo): Entry[] {
  if (info.OSType === 'windows') return [line('Default Isolation', info.Isolation)]
  if (info.OSType !== 'linux') return []
  return [
    line('Init Binary', info.InitBinary),
    line('containerd version', info.ContainerdCommit),
    line('runc version', info.RuncCommit),
    line('init version', info.InitCommit),
    ...section('Security Options', securityOptions(info.SecurityOptions))
  ]
}

/** DecodeSecurityOptions: `name=seccomp,profile=builtin`. One the CLI cannot read makes it print none. */
function securityOptions(options: readonly string[]): Entry[] {
  const entries: Entry[] = []
  for (const option of options) {
    if (!option.includes('=')) {
      entries.push(bare(option))
      continue
    }
    let name = ''
    const profiles: Entry[] = []
    for (const part of option.split(',')) {
      const at = part.indexOf('=')
      const [key, value] = [part.slice(0, Math.max(at, 0)), part.slice(at + 1)]
      if (at < 0 || key === '' || value === '') return []
      if (key === 'name') name = value
      else if (key === 'profile') profiles.push(line('Profile', value))
    }
    entries.push(bare(name, profiles))
  }
  return entries
}

function host(info: EngineInfo): Entry[] {
  return [
    ...ifSet('Kernel Version', info.KernelVersion),
    ...ifSet('Operating System', info.OperatingSystem),
    ...ifSet('OSType', info.OSType),
    ...ifSet('Architecture', info.Architecture),
    line('CPUs', info.NCPU),
    line('Total Memory', bytesSize(info.MemTotal)),
    ...ifSet('Name', info.Name),
    ...ifSet('ID', info.ID),
    line('Docker Root Dir', info.DockerRootDir)
  ]
}

function debugMode(info: EngineInfo): Entry {
  if (!info.Debug) return line('Debug Mode', false)
  return line('Debug Mode', true, [
    line('File Descriptors', info.NFd),
    line('Goroutines', info.NGoroutines),
    line('System Time', info.SystemTime),
    line('EventsListeners', info.NEventsListener)
  ])
}

function registries({ RegistryConfig: config }: EngineInfo): Entry[] {
  if (config === null) return []
  const indexes = Object.values(config.IndexConfigs)
  const insecure = [
    ...indexes.filter((index) => !index.Secure).map((index) => bare(index.Name)),
    ...config.InsecureRegistryCIDRs.map((cidr) => bare(cidr))
  ]
  // The heading stands even when every index is secure, as the CLI has it.
  const shown = config.InsecureRegistryCIDRs.length > 0 || indexes.length > 0
  return [
    ...(shown ? [heading('Insecure Registries', insecure)] : []),
    ...section(
      'Registry Mirrors',
      config.Mirrors.map((mirror) => bare(mirror))
    )
  ]
}

function networking(info: EngineInfo): Entry[] {
  const pools = info.DefaultAddressPools.map((pool): Entry => ({
    ...bare(`Base: ${pool.Base}, Size: ${pool.Size}`),
    extraIndent: 1
  }))
  const firewall = info.FirewallBackend
  return [
    ...section('Default Address Pools', pools),
    ...(firewall === null
      ? []
      : [{ ...line('Firewall Backend', firewall.Driver, pairs(firewall.Info)), newerCli: true }]),
    ...(info.NRI === null ? [] : [{ ...heading('NRI', pairs(info.NRI.Info)), newerCli: true }])
  ]
}
