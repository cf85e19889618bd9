/**
 * A container's mounts and what each gives away. A host folder can come in four ways: as a bind of `-v`, as a bind of
 * `--mount`, as a volume whose options bind it, asked for with the container or when the volume was made. All are read, for
 * a check that looks at one of them is passed by the others. Pure.
 */
import type { ContainerInspect } from '@shared/docker/container'
import { hostPathRisk } from '@shared/docker/mount-risks'
import { cleanPath } from '@shared/docker/volumes'
import type { Fact } from '@/components/facts/fact-types'

/** The host's folder or volume, the place in the container, and whether it can only be read. */
interface Wish {
  readonly target: string
  readonly hostPath: string
  readonly readOnly: boolean
}

export function mountFacts(
  inspect: ContainerInspect,
  volumePaths: Readonly<Record<string, string>>
): readonly Fact[] {
  const { Mounts, HostConfig } = inspect
  const wishes = hostPathsAsked(inspect)
  const seen = new Set(Mounts.map(({ Destination }) => cleanPath(Destination)))
  return [
    ...Mounts.map((mount): Fact => {
      const target = cleanPath(mount.Destination)
      const asked = wishes.find((wish) => wish.target === target)
      const behind = mount.Name === undefined ? undefined : volumePaths[mount.Name]
      const hostPath = mount.Type === 'bind' ? mount.Source : (behind ?? asked?.hostPath)
      return {
        label: mount.Destination,
        value: mountText(mount, hostPath),
        mono: true,
        ...riskOf(hostPath, !mount.RW)
      }
    }),
    // What was asked for and is not mounted (yet), such as of a container that was never started.
    ...wishes
      .filter(({ target }) => !seen.has(target))
      .map(({ target, hostPath, readOnly }) => ({
        label: target,
        value: `bind ${hostPath}${readOnly ? ' (read-only)' : ''}`,
        mono: true,
        ...riskOf(hostPath, readOnly)
      })),
    ...Object.entries(HostConfig.Tmpfs ?? {}).map(([target, options]) => ({
      label: target,
      value: `tmpfs${options === '' ? '' : ` (${options})`}`,
      mono: true
    })),
    ...(HostConfig.VolumesFrom ?? []).map((name) => ({ label: 'Volumes from', value: name, mono: true }))
  ]
}

function mountText(mount: ContainerInspect['Mounts'][number], hostPath: string | undefined): string {
  const what = mount.Type === 'volume' ? (mount.Name ?? mount.Source) : mount.Source
  const driver = mount.Driver && mount.Driver !== 'local' ? `, driver ${mount.Driver}` : ''
  const behind = mount.Type === 'volume' && hostPath !== undefined ? ` → ${hostPath}` : ''
  const more = [...(mount.RW ? [] : ['read-only']), ...(mount.Propagation ? [mount.Propagation] : [])]
  return `${mount.Type} ${what}${behind}${driver}${more.length === 0 ? '' : ` (${more.join(', ')})`}`
}

function riskOf(hostPath: string | undefined, readOnly: boolean): { risk?: string } {
  const risk = hostPath === undefined ? null : hostPathRisk(hostPath, readOnly)
  return risk === null ? {} : { risk }
}

function hostPathsAsked({ HostConfig }: ContainerInspect): readonly Wish[] {
  const binds = (HostConfig.Binds ?? []).flatMap((line): Wish[] => {
    const [source = '', target = '', options = ''] = line.split(':')
    if (!source.startsWith('/') || target === '') return []
    return [{ target: cleanPath(target), hostPath: source, readOnly: options.split(',').includes('ro') }]
  })
  const mounts = (HostConfig.Mounts ?? []).flatMap((mount): Wish[] => {
    const options = mount.VolumeOptions?.DriverConfig?.Options ?? {}
    const device = options['device'] ?? ''
    const hostPath = mount.Type === 'bind' ? (mount.Source ?? '') : device
    if (!hostPath.startsWith('/')) return []
    return [{ target: cleanPath(mount.Target ?? '/'), hostPath, readOnly: mount.ReadOnly === true }]
  })
  return [...binds, ...mounts]
}
