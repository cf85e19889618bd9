/** What the system encrypts for this app alone, through Electron's safeStorage; used where no credential helper is. */
import { safeStorage } from 'electron'

/** The calls that every Electron we run on has; newer ones have asynchronous ones beside them. */
interface SystemStorage {
  isEncryptionAvailable(): boolean
  getSelectedStorageBackend?(): string
  encryptString(text: string): Buffer
  decryptString(sealed: Buffer): string
}

const KEEPERS: Readonly<Record<string, string>> = {
  gnome_libsecret: 'the keyring of this desktop',
  kwallet: 'KWallet',
  kwallet5: 'KWallet',
  kwallet6: 'KWallet'
}

/**
 * Encrypts with a key that the system keeps; null where it keeps none. On Linux without a keyring Electron would use a
 * password that stands in its source (`basic_text`), which protects nothing and therefore does not count.
 */
export function findSealer() {
  const storage: SystemStorage = safeStorage
  const name = keeperOf(storage)
  if (name === null || !storage.isEncryptionAvailable()) return null
  return {
    name,
    seal: (text: string) => storage.encryptString(text),
    open: (sealed: Buffer) => storage.decryptString(sealed)
  }
}

function keeperOf(storage: SystemStorage): string | null {
  if (process.platform === 'darwin') return 'the keychain'
  if (process.platform === 'win32') return 'Windows, for your account'
  return KEEPERS[storage.getSelectedStorageBackend?.() ?? ''] ?? null
}
