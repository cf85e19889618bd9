/**
 * A container's configuration as the run dialog's form, for "Run with another port" and the like. What the image gives by
 * itself is left out, and what the form has no place for is named, so that nobody loses a setting unawares. Pure.
 */
import type { RunDraft } from '@shared/contract/stop-report'
import type { ContainerInspect } from '@shared/docker/container'
import type { Evidence } from './evidence'

export interface Again {
  readonly options: RunDraft
  readonly leftOut: string[]
}

/** null when the form cannot say it at all: another entrypoint than the image's. */
export function runAgain({ inspect, image, name, others }: Evidence): Again | null {
  const { Config, HostConfig } = inspect
  if (!sameWords(Config.Entrypoint ?? [], image?.Config?.Entrypoint ?? [])) return null
  const imageEnv = new Set(image?.Config?.Env ?? [])
  const taken = new Set(others.flatMap((other) => other.Names.map((other) => other.replace(/^\//, ''))))
  return {
    options: {
      image: Config.Image,
      name: freeName(name, taken),
      command: sameWords(Config.Cmd ?? [], image?.Config?.Cmd ?? []) ? [] : [...(Config.Cmd ?? [])],
      ports: portSpecs(HostConfig.PortBindings ?? {}),
      env: Config.Env.filter((line) => !imageEnv.has(line)),
      volumes: [...(HostConfig.Binds ?? []), ...plainMounts(inspect)]
    },
    leftOut: leftOut(inspect)
  }
}

/** The container itself keeps its name until somebody removes it. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  const base = name.replace(/-\d{1,4}$/, '')
  for (let n = 2; n < 1000; n += 1) {
    const candidate = `${base}-${n}`
    if (candidate !== name && !taken.has(candidate)) return candidate
  }
  return ''
}

type Bindings = NonNullable<ContainerInspect['HostConfig']['PortBindings']>

function portSpecs(bindings: Bindings): string[] {
  return Object.entries(bindings).flatMap(([inside, list]) =>
    (list ?? []).map(({ HostIp, HostPort }) => {
      const [port = inside, protocol = 'tcp'] = inside.split('/')
      const ip = HostIp ?? ''
      const host = ip === '' ? '' : `${ip.includes(':') ? `[${ip}]` : ip}:`
      const pair = ip !== '' || (HostPort ?? '') !== '' ? `${host}${HostPort ?? ''}:${port}` : port
      return protocol === 'tcp' ? pair : `${pair}/${protocol}`
    })
  )
}

/** Mounts that `-v` can say as well. */
function plainMounts({ HostConfig }: ContainerInspect): string[] {
  return (HostConfig.Mounts ?? []).flatMap((mount) => {
    const plain =
      (mount.Type === 'bind' || mount.Type === 'volume') && !mount.VolumeOptions?.DriverConfig?.Name
    if (!plain || !mount.Target) return []
    const source = mount.Source ? `${mount.Source}:` : ''
    return [`${source}${mount.Target}${mount.ReadOnly === true && source !== '' ? ':ro' : ''}`]
  })
}

const DEFAULT_NETWORKS = new Set(['', 'default', 'bridge'])

function leftOut({ Config, HostConfig }: ContainerInspect): string[] {
  const policy = HostConfig.RestartPolicy?.Name ?? ''
  const labels = Object.keys(Config.Labels).some((key) => key.startsWith('com.docker.compose.'))
  const parts: readonly (readonly [boolean, string])[] = [
    [!DEFAULT_NETWORKS.has(HostConfig.NetworkMode ?? ''), `the network ${HostConfig.NetworkMode ?? ''}`],
    [policy !== '' && policy !== 'no', `the restart policy ${policy}`],
    [(HostConfig.Memory ?? 0) > 0, 'the memory limit'],
    [(HostConfig.NanoCpus ?? 0) > 0, 'the CPU limit'],
    [HostConfig.Privileged === true, 'privileged mode'],
    [(HostConfig.CapAdd ?? []).length + (HostConfig.CapDrop ?? []).length > 0, 'capabilities'],
    [(HostConfig.Devices ?? []).length > 0, 'devices'],
    [Config.Tty === true, 'the terminal'],
    [labels, 'its place in the compose project']
  ]
  return parts.filter(([is]) => is).map(([, what]) => what)
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, at) => word === b[at])
}
