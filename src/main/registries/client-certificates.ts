/**
 * What the engine shows of itself to one registry: a certificate and its private key in the engine's `certs.d`, as `quayside.cert` and
 * `quayside.key`. The key is read here once, checked against its certificate and written for nobody but the engine's owner; it never
 * reaches the window, and no error quotes it (docs/decisions/0592).
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { makeFolder, readIfThere, writeFileAtomically } from '../platform/files'
import { BLOCK, changeFolder, removeIfEmpty, requireFolder } from './cert-folder'

const CERT = 'quayside.cert'
const KEY = 'quayside.key'
const MOST = 20
const MAX_BYTES = 200_000
const CURVES: ReadonlySet<string> = new Set(['secp224r1', 'prime256v1', 'secp384r1', 'secp521r1'])

/** A file that was chosen, as text; what is no text of that size is no certificate. */
export function readChosen(path: string): string {
  const name = oneLine(basename(path), 100)
  try {
    const stat = statSync(path)
    // A pipe or a device would be waited for, or never end.
    if (!stat.isFile()) throw new Error('not a file')
    if (stat.size <= MAX_BYTES) return readFileSync(path, 'latin1')
  } catch (cause) {
    throw new AppError('Forbidden', `${name} cannot be read.`, { hint: 'Choose another file.', cause })
  }
  throw refused(`${name} is too large for a certificate or a key.`, 'Choose another file.')
}

/** Whether a file has the key beside the certificate, so that nothing else has to be chosen. */
export const holdsKey = (text: string): boolean => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)

/** @param folder the `certs.d` of the engine in use; null when the engine is on another machine. */
export function addClient(host: string, folder: string | null, certificate: string, key: string): void {
  const own = join(requireFolder(host, folder), host)
  const blocks = blocksOf(certificate)
  const read = keyOf(key)
  // The engine shows the first one as its own.
  const leaf = blocks.find((block) => new X509Certificate(block).checkPrivateKey(read))
  if (leaf === undefined) {
    throw refused(
      'The key does not belong to the certificate.',
      'Choose the key that the certificate was made for.'
    )
  }
  const chain = [leaf, ...blocks.filter((block) => block !== leaf)]
  changeFolder(own, () => {
    makeFolder(own, 0o755)
    // The engine refuses every connection while it finds one without the other: the key, which nobody misses, first.
    writeFileAtomically(join(own, KEY), read.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600)
    writeFileAtomically(join(own, CERT), `${chain.join('\n')}\n`, 0o644)
  })
}

/** Takes back what {@link addClient} did. */
export function removeClient(host: string, folder: string | null): void {
  if (folder === null) return
  const own = join(folder, host)
  changeFolder(own, () => {
    rmSync(join(own, CERT), { force: true })
    rmSync(join(own, KEY), { force: true })
  })
  removeIfEmpty(own)
}

/** What is wrong with a `*.cert` of the folder, so that the engine cannot show it; empty when nothing is. */
export function clientProblem(folder: string, name: string, certificate: string): string {
  const keyName = name.replace(/\.cert$/, '.key')
  try {
    const key = readIfThere(join(folder, keyName))
    if (key === null) return `Its key, ${keyName}, is missing: the engine reaches the registry no more.`
    const [block] = certificate.match(BLOCK) ?? []
    if (block === undefined) return 'It holds no certificate that can be read.'
    return new X509Certificate(block).checkPrivateKey(keyOf(key))
      ? ''
      : `${keyName} is the key of another one.`
  } catch (thrown) {
    return thrown instanceof AppError ? `${keyName}: ${thrown.message}` : `${keyName} cannot be read by you.`
  }
}

function blocksOf(text: string): string[] {
  const blocks = text.match(BLOCK) ?? []
  if (blocks.length > 0 && blocks.length <= MOST && blocks.every(isCertificate)) return blocks
  throw refused('That is not a certificate as text (PEM).', howTo(text, 'x509'))
}

function isCertificate(block: string): boolean {
  try {
    new X509Certificate(block).toString()
    return true
  } catch {
    return false
  }
}

function keyOf(text: string): KeyObject {
  const block = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]+?-----END \1-----/.exec(text)?.[0]
  if (block === undefined) throw refused('That is not a private key as text (PEM).', howTo(text, 'pkey'))
  if (/ENCRYPTED/.test(block)) {
    throw refused(
      'The key is encrypted with a password, which the engine cannot ask for.',
      'Write it without: openssl pkey -in FILE -out plain.pem. Keep that file safe, or delete it after it was added.'
    )
  }
  let key: KeyObject
  try {
    key = createPrivateKey(block)
  } catch {
    // Without a cause: nothing that was made of a key goes into a log.
    throw refused('The private key cannot be read.', 'Choose the file that the certificate was made with.')
  }
  const type = key.asymmetricKeyType ?? ''
  const curve = key.asymmetricKeyDetails?.namedCurve
  if (type === 'rsa' || type === 'ed25519' || (type === 'ec' && CURVES.has(curve ?? ''))) return key
  throw refused(
    `The engine cannot use a key of this kind (${oneLine(curve ?? type, 40)}).`,
    'RSA, Ed25519 and the curves P-256, P-384 and P-521 work.'
  )
}

/** Binary forms are what one gets from a browser or a keychain. */
function howTo(text: string, what: 'x509' | 'pkey'): string {
  if (text.charCodeAt(0) !== 0x30) return 'Choose a file with -----BEGIN …----- in it.'
  return (
    `It is in a binary form. As text: openssl ${what} -inform DER -in FILE -out FILE.pem; ` +
    'of a .p12 or .pfx file: openssl pkcs12 -in FILE -nodes -out FILE.pem, which has both.'
  )
}

function refused(message: string, hint: string): AppError {
  return new AppError('InvalidParameter', message, { hint })
}
