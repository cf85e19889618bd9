/** The ecosystems in the order they are shown in, and what people call them. */
import type { Ecosystem } from '@shared/contract/packages'

export const ECOSYSTEM_WORDS: Readonly<Record<Ecosystem, string>> = {
  deb: 'Debian',
  apk: 'Alpine',
  rpm: 'RPM',
  npm: 'npm',
  pypi: 'PyPI',
  go: 'Go',
  gem: 'Ruby',
  java: 'Java'
}

export const ECOSYSTEM_ORDER = Object.keys(ECOSYSTEM_WORDS) as readonly Ecosystem[]
