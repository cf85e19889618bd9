/**
 * What an engine knows of where an image is from: its digests in registries, the attestations that came with it (the containerd
 * store keeps them), and, from API 1.53 on, the signatures that it verified itself. Called by handlers/trust.
 */
import { z } from 'zod'
import type { ImageTrust } from '@shared/contract/trust'
import { parseReference } from '@shared/docker/reference'
import { oneLine } from '@shared/docker/text'
import { segment, withSignal, type DockerClient } from './client'
import { parseReply } from './rows'

const MOST = 200
const text = z
  .string()
  .nullish()
  .transform((value) => oneLine(value ?? '', 300))
const many = <S extends z.ZodType>(row: S) =>
  z
    .array(row)
    .nullish()
    .transform((list) => (list ?? []).slice(0, MOST))

const Identity = z.object({
  Signature: many(
    z.object({
      Name: text,
      SignatureType: text,
      Error: text,
      Signer: z.object({ CertificateIssuer: text, SubjectAlternativeName: text }).nullish()
    })
  ),
  Pull: many(z.object({ Repository: text })),
  Build: many(z.object({ Ref: text }))
})
const Reply = z.object({
  RepoDigests: many(z.string()),
  Identity: Identity.nullish().catch(null),
  Manifests: many(
    z.object({ ID: text, Kind: text, AttestationData: z.object({ For: text }).nullish() })
  ).catch([])
})

export async function readImageTrust(
  client: DockerClient,
  id: string,
  signal: AbortSignal
): Promise<ImageTrust> {
  const options = { _query: { manifests: 'true' } }
  const reply = await client.request(withSignal({ path: `/images/${segment(id)}/json?`, options }, signal))
  const { RepoDigests, Identity: identity, Manifests } = parseReply(Reply, reply)
  return {
    names: RepoDigests.flatMap((name) => {
      const parsed = parseReference(name)
      if (!parsed.ok || parsed.reference.digest === null) return []
      const { domain, path, digest } = parsed.reference
      return [{ host: domain, repository: path, digest }]
    }),
    attestations: Manifests.filter(({ Kind }) => Kind === 'attestation').map(({ ID, AttestationData }) => ({
      digest: ID,
      of: AttestationData?.For ?? ''
    })),
    identity: identity ? identityOf(identity) : null
  }
}

function identityOf({ Signature, Pull, Build }: z.output<typeof Identity>): ImageTrust['identity'] {
  return {
    signatures: Signature.map(({ Name, SignatureType, Error: problem, Signer }) => ({
      name: Name || SignatureType,
      signer: [Signer?.SubjectAlternativeName, Signer?.CertificateIssuer].filter((word) => word).join(', '),
      problem
    })),
    pulledFrom: Pull.map(({ Repository }) => Repository).filter((name) => name !== ''),
    builds: Build.map(({ Ref }) => Ref).filter((ref) => ref !== '')
  }
}
