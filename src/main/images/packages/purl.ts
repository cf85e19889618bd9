/** Package URLs (https://github.com/package-url): how scanners and bills of materials name a package. Pure. */
import { PackageURL } from 'packageurl-js'
import type { FoundPackage } from './found'
import type { Distro } from './os-release'

/** Its package URL; empty when the library finds that it cannot be one. */
export function purlOf(found: FoundPackage, distro: Distro | null): string {
  try {
    const { type, namespace, name, qualifiers } = partsOf(found, distro)
    // rpm's epoch is no part of the version there.
    const [, epoch = '', version = ''] =
      found.ecosystem === 'rpm' ? (/^(?:(\d+):)?(.*)$/.exec(found.version) ?? []) : ['', '', found.version]
    const given = Object.entries({ ...qualifiers, epoch }).filter(([, value]) => value !== '')
    return (
      new PackageURL(
        type,
        namespace === '' ? undefined : namespace,
        name,
        version,
        given.length === 0 ? undefined : Object.fromEntries(given),
        undefined
      )
        .toString()
        // Allowed by some readers and taken for a blank by others.
        .replaceAll('+', '%2B')
    )
  } catch {
    return ''
  }
}

interface Parts {
  readonly type: string
  readonly namespace: string
  readonly name: string
  readonly qualifiers: Readonly<Record<string, string>>
}

function partsOf({ ecosystem, name, architecture }: FoundPackage, distro: Distro | null): Parts {
  const split = (at: number): { namespace: string; name: string } =>
    at < 0 ? { namespace: '', name } : { namespace: name.slice(0, at), name: name.slice(at + 1) }
  switch (ecosystem) {
    case 'deb':
    case 'apk':
    case 'rpm': {
      const release = [distro?.id ?? '', distro?.version ?? ''].filter(Boolean).join('-')
      const namespace = distro?.id || DEFAULT_DISTROS[ecosystem]
      return { type: ecosystem, namespace, name, qualifiers: { arch: architecture, distro: release } }
    }
    case 'npm':
      return { type: 'npm', ...split(name.startsWith('@') ? name.indexOf('/') : -1), qualifiers: {} }
    case 'pypi':
      return { type: 'pypi', namespace: '', name, qualifiers: {} }
    case 'go':
      return { type: 'golang', ...split(name.lastIndexOf('/')), qualifiers: {} }
    case 'gem':
      return { type: 'gem', namespace: '', name, qualifiers: { platform: architecture } }
    case 'java':
      return { type: 'maven', ...split(name.indexOf(':')), qualifiers: {} }
  }
}

const DEFAULT_DISTROS = { deb: 'debian', apk: 'alpine', rpm: '' } as const
