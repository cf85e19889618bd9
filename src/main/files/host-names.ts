/** Names of containers on the host's disk: which cannot be there, and what is offered instead. Pure. */

import { asText, isText } from '@shared/docker/container-path'

// eslint-disable-next-line no-control-regex -- control characters are what Windows does not take
const WINDOWS_BAD = /[<>:"\\|?*\u0000-\u001f]|[. ]$/
const WINDOWS_RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³]) *(\.|$)/i

/** Whether a name of an archive may become the name of a file here. */
export function isHostName(name: string, platform: NodeJS.Platform): boolean {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) return false
  if (platform !== 'win32') return true
  return isText(name) && !WINDOWS_BAD.test(name) && !WINDOWS_RESERVED.test(name)
}

/** A name for a file dialog that every platform takes and that reads as it is. */
export function suggestedName(name: string): string {
  const plain = asText(name)
    // eslint-disable-next-line no-control-regex -- as above
    .replace(/[<>:"/\\|?*\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufffd]/g, '_')
    .replace(/[. ]+$/, '_')
  return plain === '' || WINDOWS_RESERVED.test(plain) ? `_${plain}` : plain.slice(0, 200)
}
