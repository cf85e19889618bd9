/** "Certificates" of a registry: what the engine in use trusts for it and shows to it. Thin; paths of files that are chosen stay here. */
import type { Authorities } from '@shared/contract/registries'
import type { Handlers } from '../ipc/handler'
import { authoritiesOf, distrustAuthority, trustAuthority } from '../registries/authorities'
import { requireFolder } from '../registries/cert-folder'
import { addClient, holdsKey, readChosen, removeClient } from '../registries/client-certificates'
import type { EngineSession } from '../resources/session'
import { isLocal, reachOf } from './open-registry'
import { registry } from './registry-name'

export type CertificateChoice = (what: 'authority' | 'certificate' | 'key') => Promise<string | null>

interface RegistryCertificatesDeps {
  readonly session: EngineSession
  /** The `certs.d` of the engine in use. */
  readonly certFolder: () => string
  readonly chooseCertificate: CertificateChoice
}

export function registryCertificateHandlers(deps: RegistryCertificatesDeps) {
  const { session, certFolder, chooseCertificate } = deps
  const folderHere = async (): Promise<string | null> => {
    const client = await session.client().catch(() => null)
    return client === null || isLocal(client) ? certFolder() : null
  }
  const told = async (host: string, folder: string | null, signal: AbortSignal): Promise<Authorities> => ({
    ...authoritiesOf(host, folder),
    insecure: (await reachOf(session, signal)).isInsecure(host)
  })
  return {
    async authorities({ host: typed }, { signal }) {
      return await told(registry(typed).host, await folderHere(), signal)
    },
    async trust({ host: typed, pem }, { signal }) {
      const { host } = registry(typed)
      const folder = await folderHere()
      trustAuthority(host, folder, pem)
      return await told(host, folder, signal)
    },
    async trustFile({ host: typed }, { signal }) {
      const { host } = registry(typed)
      const folder = requireFolder(host, await folderHere())
      const path = await chooseCertificate('authority')
      if (path === null) return null
      trustAuthority(host, folder, readChosen(path))
      return await told(host, folder, signal)
    },
    async addClient({ host: typed }, { signal }) {
      const { host } = registry(typed)
      const folder = requireFolder(host, await folderHere())
      const path = await chooseCertificate('certificate')
      if (path === null) return null
      const certificate = readChosen(path)
      const keyPath = holdsKey(certificate) ? path : await chooseCertificate('key')
      if (keyPath === null) return null
      addClient(host, folder, certificate, readChosen(keyPath))
      return await told(host, folder, signal)
    },
    async distrust({ host: typed, kind }, { signal }) {
      const { host } = registry(typed)
      const folder = await folderHere()
      if (kind === 'client') removeClient(host, folder)
      else distrustAuthority(host, folder)
      return await told(host, folder, signal)
    }
  } satisfies Partial<Handlers['registries']>
}
