/** A build as the form begins: everything at the CLI's own default. Pure. */
import type { BuildInput } from '../contract/builds'

export function emptyBuild(): BuildInput {
  return {
    context: '',
    contextKind: 'folder',
    dockerfile: '',
    dockerfileText: null,
    target: '',
    tags: [],
    buildArgs: [],
    secrets: [],
    ssh: [],
    platforms: [],
    labels: [],
    annotations: [],
    cacheFrom: [],
    cacheTo: [],
    contexts: [],
    network: 'default',
    noCache: false,
    pull: false,
    output: 'engine',
    outputPath: '',
    provenance: 'default',
    sbom: false,
    builder: ''
  }
}
