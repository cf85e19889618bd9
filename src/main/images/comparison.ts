/** What two images have in common and what not, apart from files: configuration and layers. Pure. */
import type { ConfigDifference, ImageComparison } from '@shared/contract/image-files'
import type { ImageConfig, RunConfig } from '@shared/docker/image-config'
import type { Assembled } from './assemble'
import type { CompareCounts } from './compare-trees'
import type { Tree } from './tree'

export function comparisonOf(
  before: { readonly assembled: Assembled; readonly whole: Tree },
  after: { readonly assembled: Assembled; readonly whole: Tree },
  counts: CompareCounts
): ImageComparison {
  const { diffIds, layers } = before.assembled
  let count = 0
  let bytes = 0
  // A layer is what it is upon those below it, so sharing ends with the first difference.
  while (count < diffIds.length && diffIds[count] === after.assembled.diffIds[count]) {
    bytes += layers[count]?.totals.bytes ?? 0
    count += 1
  }
  return {
    ...counts,
    sizeBytes: { before: before.whole.bytes[0] as number, after: after.whole.bytes[0] as number },
    sharedLayers: { count, bytes, before: layers.length, after: after.assembled.layers.length },
    config: configDifferences(before.assembled.config, after.assembled.config)
  }
}

/** By key: one line for each variable and label, lists as JSON. */
export function configDifferences(before: ImageConfig, after: ImageConfig): ConfigDifference[] {
  const a = flat(before)
  const b = flat(after)
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => a.get(key) !== b.get(key))
    .map((key) => ({ key, before: a.get(key) ?? null, after: b.get(key) ?? null }))
}

function flat({ os, architecture, variant, author, config }: ImageConfig): Map<string, string> {
  const values = new Map<string, string>()
  const set = (key: string, value: string): void => {
    if (value !== '' && value !== '[]') values.set(key, value)
  }
  set('Platform', [os, architecture, variant].filter(Boolean).join('/'))
  set('Author', author)
  for (const pair of config.Env) {
    const at = pair.indexOf('=')
    values.set(`Env ${at < 0 ? pair : pair.slice(0, at)}`, at < 0 ? '' : pair.slice(at + 1))
  }
  for (const [name, value] of Object.entries(config.Labels)) values.set(`Labels ${name}`, value)
  for (const key of LISTS)
    set(
      key,
      JSON.stringify(key === 'ExposedPorts' || key === 'Volumes' ? [...config[key]].sort() : config[key])
    )
  for (const key of TEXTS) set(key, config[key])
  if (config.Healthcheck !== null) set('Healthcheck', JSON.stringify(config.Healthcheck))
  return values
}

const LISTS = [
  'Entrypoint',
  'Cmd',
  'ExposedPorts',
  'Volumes',
  'Shell',
  'OnBuild'
] as const satisfies (keyof RunConfig)[]
const TEXTS = ['WorkingDir', 'User', 'StopSignal'] as const satisfies (keyof RunConfig)[]
