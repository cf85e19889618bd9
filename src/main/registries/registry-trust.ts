/**
 * Which certificates a registry's is checked against: the system's, as the engine does, with what the engine's `certs.d` has for the
 * host (docs/decisions/0573). Read anew for each use, so that a file put there counts at once.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'

export interface Trust {
  readonly ca: string[]
  /** What we show of ourselves, where the registry wants to see it. */
  readonly cert?: string
  readonly key?: string
}

/** Where Go programs, and so the engine, look for the system's certificates on Linux. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem'
]
const MAX_FILES = 50
const MAX_BYTES = 4 * 1024 * 1024

/** @param certFolders the `certs.d` folders of the engine in use. */
export function trustFor(host: string, certFolders: readonly string[]): Trust {
  const names = certFolders.map((folder) => join(folder, host)).filter((folder) => existsSync(folder))
  const own = names.flatMap(filesIn)
  const ca = own.filter(({ name }) => name.endsWith('.crt')).map(({ text }) => text)
  const pair = own.flatMap(({ name, text: cert, folder }) => {
    if (!name.endsWith('.cert')) return []
    const key = read(join(folder, name.replace(/\.cert$/, '.key')))
    return key === null ? [] : [{ cert, key }]
  })[0]
  return { ca: [...systemCertificates(), ...ca], ...pair }
}

/** An authority that somebody adds must not take the place of those of the system. */
function systemCertificates(): string[] {
  for (const file of [process.env['SSL_CERT_FILE'] ?? '', ...SYSTEM_FILES]) {
    const text = file === '' ? null : read(file)
    if (text !== null) return [text]
  }
  return [...rootCertificates]
}

interface CertFile {
  readonly folder: string
  readonly name: string
  readonly text: string
}

function filesIn(folder: string): CertFile[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(?:crt|cert)$/.test(name))
      .slice(0, MAX_FILES)
      .flatMap((name) => {
        const text = read(join(folder, name))
        return text === null ? [] : [{ folder, name, text }]
      })
  } catch {
    return []
  }
}

function read(path: string): string | null {
  try {
    const bytes = readFileSync(path)
    return bytes.length > MAX_BYTES ? null : bytes.toString('utf8')
  } catch {
    return null
  }
}
