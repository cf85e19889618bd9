/** What of a build's form an engine without BuildKit cannot do. Pure. */
import type { BuildInput } from '@shared/contract/builds'

/** In the words of the form, in its order; empty when everything can be done. */
export function needsBuildKit(input: BuildInput): string[] {
  const asked: readonly [string, boolean][] = [
    ['secrets', input.secrets.length > 0],
    ['SSH', input.ssh.length > 0],
    ['several platforms', input.platforms.length > 1],
    ['annotations', input.annotations.length > 0],
    ['named contexts', input.contexts.length > 0],
    ['cache from other places than images', input.cacheFrom.some((from) => from.includes('='))],
    ['writing a cache', input.cacheTo.length > 0],
    ['an output other than the engine', input.output !== 'engine' || input.outputs.length > 0],
    ['provenance', input.provenance === 'min' || input.provenance === 'max'],
    ['an SBOM', input.sbom],
    ['attestations', input.attestations.length > 0],
    ['stages without cache', input.noCacheFilter.length > 0],
    ['entitlements', input.allow.length > 0]
  ]
  return asked.filter(([, wanted]) => wanted).map(([name]) => name)
}
