/**
 * The certificates that the engine has for one registry: the files of its `certs.d`. `quayside.crt`, what it trusts, and
 * `quayside.cert`, what it shows of itself (client-certificates.ts), are ours to write and to remove; the others are shown. The engine
 * reads them for each connection, so nothing has to be restarted.
 */
import { X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Authorities, Certificate } from '@shared/contract/registries'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { makeFolder, readIfThere, writeFileAtomically } from '../platform/files'
import { BLOCK, changeFolder, removeIfEmpty, requireFolder } from './cert-folder'
import { clientProblem } from './client-certificates'

const OURS = 'quayside.crt'
const MOST = 20
const OUR_CLIENT = 'quayside.cert'

/** @param folder the `certs.d` of the engine in use; null when the engine is on another machine. */
export function authoritiesOf(host: string, folder: string | null): Omit<Authorities, 'insecure'> {
  if (folder === null) return { folder: '', files: [] }
  const own = join(folder, host)
  return {
    folder: own,
    files: namesIn(own).map((name) => {
      const text = textOf(join(own, name))
      const isClient = name.endsWith('.cert')
      return {
        ...{ name, removable: name === OURS || name === OUR_CLIENT, kind: isClient ? 'client' : 'authority' },
        certificates: certificatesIn(text),
        problem: isClient ? clientProblem(own, name, text) : ''
      }
    })
  }
}

/** Trusts what is pasted, beside what was before. Fails when it is no certificate; a private key is refused before it is written anywhere. */
export function trustAuthority(host: string, folder: string | null, pem: string): void {
  const own = join(requireFolder(host, folder), host)
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
  const known = textOf(join(own, OURS)).match(BLOCK) ?? []
  const all = [...new Set([...known, ...blocks])]
  changeFolder(own, () => {
    makeFolder(own, 0o755)
    writeFileAtomically(join(own, OURS), `${all.join('\n')}\n`, 0o644)
  })
}

/** Takes back what {@link trustAuthority} did; the files of others stay. */
export function distrustAuthority(host: string, folder: string | null): void {
  if (folder === null) return
  const own = join(folder, host)
  changeFolder(own, () => rmSync(join(own, OURS), { force: true }))
  removeIfEmpty(own)
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
