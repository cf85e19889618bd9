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
    noCacheFilter: [],
    pull: false,
    output: 'engine',
    outputPath: '',
    outputs: [],
    provenance: 'default',
    sbom: false,
    attestations: [],
    addHosts: [],
    ulimits: [],
    shmSize: '',
    cgroupParent: '',
    allow: [],
    builder: ''
  }
}
