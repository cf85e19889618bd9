/** Reports for tests: small ones by hand, and any that an engine could give, for properties. */
import fc from 'fast-check'
import type { DiskCacheRecord, DiskContainer, DiskImage, DiskReport, DiskVolume } from '../contract/disk'

export const container = (given: Partial<DiskContainer> & { Id: string }): DiskContainer => ({
  name: given.Id,
  imageId: '',
  image: 'image',
  state: 'exited',
  created: 0,
  sizeBytes: 0,
  logBytes: null,
  rootBytes: 0,
  volumes: [],
  temporary: false,
  ...given
})

export const image = (given: Partial<DiskImage> & { Id: string }): DiskImage => ({
  tags: [given.Id],
  parentId: '',
  created: 0,
  sizeBytes: 0,
  sharedBytes: 0,
  layers: [],
  otherBytes: 0,
  ...given
})

export const record = (given: Partial<DiskCacheRecord> & { id: string }): DiskCacheRecord => ({
  type: 'regular',
  description: given.id,
  parents: [],
  sizeBytes: 0,
  created: 0,
  lastUsed: 0,
  uses: 1,
  inUse: false,
  shared: false,
  ...given
})

export const volume = (given: Partial<DiskVolume> & { name: string }): DiskVolume => ({
  driver: 'local',
  anonymous: false,
  created: 0,
  sizeBytes: 0,
  links: 0,
  ...given
})

export const report = (given: Partial<DiskReport>): DiskReport => ({
  at: 0,
  store: 'classic',
  totals: [],
  images: [],
  layers: [],
  containers: [],
  volumes: [],
  cache: [],
  ...given
})

const size = fc.integer({ min: 0, max: 6 }).map((units) => units * 1000)
const place = fc.nat({ max: 1_000_000 })

/** A tree of layers; images are paths in it, containers use images and volumes, cache is about layers or of its own. */
export const anyReport: fc.Arbitrary<DiskReport> = fc
  .record({
    layers: fc.array(fc.record({ below: place, size, lowest: fc.boolean() }), { maxLength: 10 }),
    images: fc.array(fc.record({ top: place, tagged: fc.boolean(), age: place }), { maxLength: 6 }),
    containers: fc.array(
      fc.record({ image: place, size, running: fc.boolean(), volume: fc.option(place), age: place }),
      { maxLength: 5 }
    ),
    volumes: fc.array(fc.record({ size, anonymous: fc.boolean() }), { maxLength: 4 }),
    cache: fc.array(fc.record({ size, parent: fc.option(place), inUse: fc.boolean(), age: place }), {
      maxLength: 5
    }),
    about: fc.array(place, { maxLength: 5 })
  })
  .map((drawn) => {
    const layers = drawn.layers.map((layer, index) => ({
      diffId: `sha256:${index}`,
      below: index === 0 || layer.lowest ? null : layer.below % index,
      sizeBytes: layer.size,
      instruction: ''
    }))
    const chain = (top: number): number[] => {
      const below = layers[top]?.below ?? null
      return below === null ? [top] : [...chain(below), top]
    }
    const images =
      layers.length === 0
        ? []
        : drawn.images.map((one, index) => {
            const own = chain(one.top % layers.length)
            return image({
              Id: `sha256:image${index}`,
              tags: one.tagged ? [`image:${index}`] : [],
              created: one.age,
              layers: own,
              sizeBytes: own.reduce((sum, at) => sum + (layers[at]?.sizeBytes ?? 0), 0)
            })
          })
    const volumes = drawn.volumes.map((one, index) =>
      volume({ name: `volume${index}`, sizeBytes: one.size, anonymous: one.anonymous })
    )
    const containers =
      images.length === 0
        ? []
        : drawn.containers.map((one, index) =>
            container({
              Id: `container${index}`,
              imageId: images[one.image % images.length]?.Id ?? '',
              state: one.running ? 'running' : 'exited',
              sizeBytes: one.size,
              created: one.age,
              volumes:
                one.volume === null || volumes.length === 0 ? [] : [`volume${one.volume % volumes.length}`]
            })
          )
    const linked = volumes.map((one) => ({
      ...one,
      links: containers.filter((user) => user.volumes.includes(one.name)).length
    }))
    return report({ layers, images, volumes: linked, containers, cache: cacheOf(drawn, layers, images) })
  })

interface DrawnCache {
  readonly cache: readonly { size: number; parent: number | null; inUse: boolean; age: number }[]
  readonly about: readonly number[]
}

function cacheOf(
  drawn: DrawnCache,
  layers: DiskReport['layers'],
  images: readonly DiskImage[]
): DiskCacheRecord[] {
  const used = [...new Set(images.flatMap((one) => one.layers ?? []))]
  const own = drawn.cache.map((one, index) =>
    record({
      id: `own${index}`,
      type: 'exec.cachemount',
      parents: one.parent === null || index === 0 ? [] : [`own${one.parent % index}`],
      sizeBytes: one.size,
      inUse: one.inUse,
      lastUsed: one.age
    })
  )
  // As BuildKit has it: a record for each layer of a chain, the lowest one without a size.
  const about = new Set(used.length === 0 ? [] : drawn.about.map((at) => used[at % used.length] ?? 0))
  for (const at of about) {
    const below = layers[at]?.below ?? null
    if (below !== null) about.add(below)
  }
  const shared = [...about].map((at) => {
    const below = layers[at]?.below ?? null
    return record({
      id: `layer${at}`,
      shared: true,
      parents: below === null ? [] : [`layer${below}`],
      sizeBytes: below === null ? 0 : (layers[at]?.sizeBytes ?? 0)
    })
  })
  return [...own, ...shared]
}
