/**
 * The packages in an opened image: what package managers and programs say is installed, without running anything. Asked by
 * the handle of imageFiles.open. Reading takes one pass over the image; it is kept as long as the image is open.
 */
import { z } from 'zod'
import { call, stream } from './dsl'

const Handle = z.string().max(64)

export const ECOSYSTEMS = ['deb', 'apk', 'rpm', 'npm', 'pypi', 'go', 'gem', 'java'] as const
export const Ecosystem = z.enum(ECOSYSTEMS)
export type Ecosystem = z.output<typeof Ecosystem>

export const SBOM_FORMATS = ['cyclonedx', 'spdx'] as const
export type SbomFormat = (typeof SBOM_FORMATS)[number]

export const ImagePackage = z.object({
  ecosystem: Ecosystem,
  /** As its ecosystem writes it: `@scope/name`, `golang.org/x/net`, `group:artifact`. */
  name: z.string(),
  version: z.string(),
  /** Empty when it is for every machine or not stated. */
  architecture: z.string(),
  /** As the package states them: SPDX expressions, Debian's short names, or words. */
  licences: z.array(z.string()),
  /** `name version` of the source package, when it is another one. */
  source: z.string(),
  /** The file that tells of it: a database, a manifest, an archive, a program. */
  path: z.string(),
  /** The step that brought it, by its index in the image's `layers`; null in a container, which has no history. */
  layer: z.number().nullable(),
  /** A package URL, as scanners and SBOMs name it; empty when its name cannot be written as one. */
  purl: z.string()
})
export type ImagePackage = z.output<typeof ImagePackage>

const Progress = z.object({
  kind: z.literal('progress'),
  /** Bytes of the image that ran by. */
  bytes: z.number(),
  /** Files looked into, of those that may tell of packages. */
  files: z.number(),
  totalFiles: z.number()
})
export type PackagesProgress = z.output<typeof Progress>

export const PackagesEvent = z.discriminatedUnion('kind', [
  Progress,
  z.object({ kind: z.literal('packages'), packages: z.array(ImagePackage) })
])
export type PackagesEvent = z.output<typeof PackagesEvent>

export const PackagesSummary = z.object({
  /** `Debian GNU/Linux 12 (bookworm)`; empty when the image does not say. */
  distro: z.string(),
  total: z.number(),
  /** What could not be read or was left out, each a sentence. */
  notes: z.array(z.string())
})
export type PackagesSummary = z.output<typeof PackagesSummary>

/** One package that two images do not have alike. A side that does not have it has no versions. */
export const PackageDifference = z.object({
  change: z.enum(['added', 'removed', 'changed']),
  ecosystem: Ecosystem,
  name: z.string(),
  architecture: z.string(),
  /** Several when it is there several times. */
  before: z.array(z.string()),
  after: z.array(z.string())
})
export type PackageDifference = z.output<typeof PackageDifference>

export const PackageDifferencesEvent = z.discriminatedUnion('kind', [
  Progress,
  z.object({ kind: z.literal('differences'), differences: z.array(PackageDifference) })
])
export type PackageDifferencesEvent = z.output<typeof PackageDifferencesEvent>

export const packages = {
  /** Progress, then the packages by name, some hundred at a time. */
  list: stream({
    params: z.object({ handle: Handle }),
    item: PackagesEvent,
    end: PackagesSummary,
    delivery: 'lossless'
  }),
  /** What differs between two open images, the handle's own being the one before. */
  compare: stream({
    params: z.object({ handle: Handle, with: Handle }),
    item: PackageDifferencesEvent,
    end: z.object({
      added: z.number(),
      removed: z.number(),
      changed: z.number(),
      same: z.number(),
      notes: z.array(z.string())
    }),
    delivery: 'lossless'
  }),
  /** Asks where to and writes a bill of materials there, as a task; null when the dialog was cancelled. */
  exportSbom: call({
    params: z.object({ handle: Handle, format: z.enum(SBOM_FORMATS) }),
    result: z.object({ taskId: z.string() }).nullable()
  })
}
