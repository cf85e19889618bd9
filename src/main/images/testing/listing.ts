/** A layer's index as tests compare it. */
import { toBytes } from '../../docker/path-bytes'
import { LayerBuilder } from '../layer-builder'
import type { LayerIndex } from '../layer-index'
import { TarScanner } from '../tar-scanner'

export function indexOf(tar: Uint8Array, chunkBytes = tar.length): LayerIndex {
  const builder = new LayerBuilder()
  const scanner = new TarScanner(builder)
  for (let at = 0; at < tar.length; at += chunkBytes) scanner.write(tar.subarray(at, at + chunkBytes))
  scanner.end()
  return builder.seal(tar.length)
}

export function pathsOf(index: LayerIndex): string[] {
  const paths: string[] = ['']
  for (let node = 1; node < index.count; node++) {
    const above = paths[index.columns.parent[node] as number] as string
    paths.push(above === '' ? index.nameOf(node) : `${above}/${index.nameOf(node)}`)
  }
  return paths
}

/** path → what the node is, for comparisons. */
export function listing(index: LayerIndex): Record<string, string> {
  const { kind, flags, size, mode } = index.columns
  return Object.fromEntries(
    pathsOf(index)
      .map((path, node) => [
        path,
        `${kind[node]}:${flags[node]}:${size[node]}:${(mode[node] as number).toString(8)}:${index.linkOf(node)}`
      ])
      .slice(1)
  )
}

export const at = (index: LayerIndex, path: string): number => index.find(path.split('/').map(toBytes))
