/** What packages two images do not have alike: by ecosystem, name and architecture, wherever in the image they are. Pure. */
import type { ImagePackage, PackageDifference } from '@shared/contract/packages'

export interface PackagesCompared {
  readonly differences: readonly PackageDifference[]
  readonly added: number
  readonly removed: number
  readonly changed: number
  readonly same: number
}

export function comparePackages(
  before: readonly ImagePackage[],
  after: readonly ImagePackage[]
): PackagesCompared {
  const a = versionsByPackage(before)
  const b = versionsByPackage(after)
  const differences: PackageDifference[] = []
  let same = 0
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const [ecosystem, name, architecture] = JSON.parse(key) as [
      PackageDifference['ecosystem'],
      string,
      string
    ]
    const was = [...(a.get(key) ?? [])].sort()
    const is = [...(b.get(key) ?? [])].sort()
    if (was.join('\n') === is.join('\n')) {
      same += 1
      continue
    }
    const change = was.length === 0 ? 'added' : is.length === 0 ? 'removed' : 'changed'
    differences.push({ change, ecosystem, name, architecture, before: was, after: is })
  }
  differences.sort((x, y) => (x.name < y.name ? -1 : x.name > y.name ? 1 : 0))
  const count = (change: PackageDifference['change']): number =>
    differences.filter((one) => one.change === change).length
  return { differences, added: count('added'), removed: count('removed'), changed: count('changed'), same }
}

function versionsByPackage(packages: readonly ImagePackage[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { ecosystem, name, architecture, version } of packages) {
    const key = JSON.stringify([ecosystem, name, architecture])
    const versions = found.get(key) ?? new Set<string>()
    found.set(key, versions)
    versions.add(version)
  }
  return found
}
