/** The only way a link leaves the app. */
import { shell } from 'electron'
import { AppError } from '@shared/errors'

/**
 * Opens an address in the user's browser: `http:` and `https:` only, without credentials in it.
 *
 * @throws AppError `InvalidParameter` for any other address, `System` when no browser could be started.
 */
export async function openExternal(address: string): Promise<void> {
  const url = webAddress(address)
  if (url === null) {
    throw new AppError('InvalidParameter', 'This address cannot be opened.', {
      hint: 'Only web addresses are opened in the browser.'
    })
  }
  try {
    await shell.openExternal(url.href)
  } catch (cause) {
    throw new AppError('System', `No browser could be started for ${url.href}.`, {
      hint: 'Copy the address into a browser.',
      cause
    })
  }
}

/** The address when it is one a browser may be sent to. */
function webAddress(address: string): URL | null {
  try {
    const url = new URL(address)
    const web = url.protocol === 'http:' || url.protocol === 'https:'
    return web && url.username === '' && url.password === '' ? url : null
  } catch {
    return null
  }
}
