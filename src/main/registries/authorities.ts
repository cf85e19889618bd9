/**
 * The authorities that the engine trusts for one registry: the files of its `certs.d`. One of them, `quayside.crt`, is ours to write
 * and to remove; the others are shown. The engine reads them for each connection, so nothing has to be restarted.
 */
import { X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Authorities, Certificate } from '@shared/contract/registries'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { makeFolder, readIfThere, writeFileAtomically } from '../platform/files'

const OURS = 'quayside.crt'
const MOST = 20
const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

/** @param folder the `certs.d` of the engine in use; null when the engine is on another machine. */
export function authoritiesOf(host: string, folder: string | null): Authorities {
  if (folder === null) return { folder: '', files: [] }
  const own = join(folder, host)
  return {
    folder: own,
    files: namesIn(own).map((name) => ({
      ...{ name, removable: name === OURS, kind: name.endsWith('.crt') ? 'authority' : 'client' },
      certificates: certificatesIn(textOf(join(own, name)))
    }))
  }
}

/** Trusts what is pasted. Fails when it is no certificate; a private key is refused before it is written anywhere. */
export function trustAuthority(host: string, folder: string | null, pem: string): void {
  if (folder === null) {
    throw new AppError('Forbidden', 'The engine is on another machine, which keeps its own certificates.', {
      hint: `Put the authority into the certs.d folder for ${host} there.`
    })
  }
  if (/PRIVATE KEY/.test(pem)) {
    throw new AppError('InvalidParameter', 'That holds a private key.', {
      hint: 'Paste the certificate alone.'
    })
  }
  const blocks = pem.match(BLOCK) ?? []
  if (blocks.length === 0 || blocks.length > MOST || certificatesIn(pem).length !== blocks.length) {
    throw new AppError('InvalidParameter', 'That is not a certificate.', {
      hint: 'Paste it as text, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.'
    })
  }
  change(join(folder, host), () => {
    makeFolder(join(folder, host), 0o755)
    writeFileAtomically(join(folder, host, OURS), `${blocks.join('\n')}\n`, 0o644)
  })
}

/** Takes back what {@link trustAuthority} did; the files of others stay. */
export function distrustAuthority(host: string, folder: string | null): void {
  if (folder === null) return
  change(join(folder, host), () => rmSync(join(folder, host, OURS), { force: true }))
  try {
    rmdirSync(join(folder, host))
  } catch {
    // The folder holds the files of others, or was never made.
  }
}

function change(folder: string, work: () => void): void {
  try {
    work()
  } catch (cause) {
    throw new AppError('Forbidden', `The engine’s ${folder} cannot be written.`, {
      hint: 'It belongs to the administrator: put the authority there as ca.crt with their rights.',
      cause
    })
  }
}

function namesIn(folder: string): string[] {
  try {
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((name) => /\.(?:crt|cert)$/.test(name))
      .sort()
      .slice(0, MOST)
  } catch {
    return []
  }
}

function textOf(path: string): string {
  try {
    return readIfThere(path) ?? ''
  } catch {
    return ''
  }
}

function certificatesIn(text: string): Certificate[] {
  return (text.match(BLOCK) ?? []).slice(0, MOST).flatMap((block) => {
    try {
      const read = new X509Certificate(block)
      return [
        {
          subject: oneLine(read.subject.replaceAll('\n', ', '), 300),
          issuer: oneLine(read.issuer.replaceAll('\n', ', '), 300),
          names: oneLine((read.subjectAltName ?? '').replaceAll(/DNS:|IP Address:/g, ''), 500),
          validFrom: read.validFrom,
          validTo: read.validTo,
          fingerprint: read.fingerprint256
        }
      ]
    } catch {
      return []
    }
  })
}
