/** The form of a pull: what is wrong with it, and the docker command that it equals. Pure. */
import { parseReference } from '@shared/docker/reference'

export interface PullForm {
  readonly image: string
  readonly platform: string
}

/** The platforms that most images are made for; any other can be written. */
export const PLATFORMS: readonly string[] = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/arm/v6',
  'linux/386',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x'
]

const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/

export function pullProblems({ image, platform }: PullForm): { image?: string; platform?: string } {
  const parsed = parseReference(image.trim())
  const wanted = platform.trim()
  return {
    ...(parsed.ok ? {} : { image: parsed.message }),
    ...(wanted === '' || PLATFORM.test(wanted)
      ? {}
      : { platform: 'A platform is written as linux/arm64 or linux/arm/v7.' })
  }
}

export function pullCommand({ image, platform }: PullForm): string {
  const option = platform.trim() === '' ? '' : `--platform ${platform.trim()} `
  return `docker pull ${option}${image.trim() === '' ? 'IMAGE' : image.trim()}`
}
