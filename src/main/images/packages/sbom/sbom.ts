/** Bills of materials of an image: the facts both formats are made from, and the choice between them. Loaded when needed. */
import type { OpenedImage } from '@shared/contract/image-files'
import type { SbomFormat } from '@shared/contract/packages'
import { oneLine } from '@shared/docker/text'
import type { PackageReport } from '../read-packages'
import { cycloneDx } from './cyclonedx'
import { spdx } from './spdx'

export interface SbomOptions {
  readonly format: SbomFormat
  /** `quayside 1.2.3`. */
  readonly tool: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** What an SBOM is written from. */
export interface SbomSubject {
  readonly name: string
  readonly platform: string
  readonly report: PackageReport
  readonly tool: { readonly name: string; readonly version: string }
  /** To the second, as both formats want it. */
  readonly created: string
  /** By a package's layer: `sha256:…`; null where there is none. */
  readonly diffId: (layer: number | null) => string | null
}

/** The text of an SBOM. */
export function sbomOf(
  image: OpenedImage,
  report: PackageReport,
  { format, tool, now }: SbomOptions
): string {
  const [name = '', version = ''] = tool.split(' ')
  const subject: SbomSubject = {
    name: oneLine(image.name, 300) || 'image',
    platform: image.platform,
    report,
    tool: { name, version },
    created: `${new Date(now).toISOString().slice(0, 19)}Z`,
    diffId: (layer) => (layer === null ? null : (image.layers[layer]?.diffId ?? null))
  }
  return format === 'cyclonedx' ? cycloneDx(subject) : spdx(subject)
}
