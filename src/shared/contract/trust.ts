/** Docker Content Trust, through the docker CLI's own commands: who signed which tags of a repository, signing, and taking it back. */
import { z } from 'zod'
import { call } from './dsl'

/** Its address; empty for the registry's own host, or the one of DOCKER_CONTENT_TRUST_SERVER. */
const Server = z.string().max(300)
const Image = z.object({ image: z.string().min(1).max(512), server: Server })
/** `of`: a repository as images name it. */
const Repository = z.object({ of: z.string().min(1).max(400), server: Server })
const Passphrase = z.string().min(1).max(1024)
/** Of a root key, asked only where one is made or used; and of the key that signs. */
const Passphrases = z.object({ root: z.string().max(1024), repository: Passphrase })
const SignerName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/)

export const TrustKey = z.object({
  id: z.string(),
  /** `root`, `targets`, or the name of a signer. */
  role: z.string(),
  /** The repository it is for; empty for all. */
  repository: z.string()
})
export type TrustKey = z.output<typeof TrustKey>

export const ContentTrust = z.object({
  /** Where was asked. */
  server: z.string(),
  signed: z.boolean(),
  tags: z.array(z.object({ tag: z.string(), digest: z.string(), signers: z.array(z.string()) })),
  signers: z.array(z.object({ name: z.string(), keys: z.array(z.string()) })),
  /** The keys that the repository stands on: Root, Repository. */
  administrative: z.array(z.object({ name: z.string(), keys: z.array(z.string()) }))
})
export type ContentTrust = z.output<typeof ContentTrust>

export const ImageTrust = z.object({
  /** What it is called in registries, by its digest there. */
  names: z.array(z.object({ host: z.string(), repository: z.string(), digest: z.string() })),
  /** What BuildKit wrote of its build, as far as it is here. */
  attestations: z.array(z.object({ digest: z.string(), of: z.string() })),
  /** What the engine verified itself; null from an engine that does not. */
  identity: z
    .object({
      signatures: z.array(z.object({ name: z.string(), signer: z.string(), problem: z.string() })),
      pulledFrom: z.array(z.string()),
      builds: z.array(z.string())
    })
    .nullable()
})
export type ImageTrust = z.output<typeof ImageTrust>

export const trust = {
  /** What the engine knows of where an image is from. */
  ofImage: call({ params: z.object({ id: z.string().min(1).max(512) }), result: ImageTrust }),
  /** What the server knows of a repository's tags and who may sign them. */
  inspect: call({ params: Repository, result: ContentTrust }),
  /** The private keys of this computer, as the CLI keeps them. */
  keys: call({ result: z.array(TrustKey) }),
  /** Pushes the local image of this name and signs it. Passphrases of keys that are not there yet are made theirs. */
  sign: call({ params: Image.extend(Passphrases.shape), result: z.void() }),
  /** Takes the signature of one tag back. */
  revoke: call({ params: Image.extend(Passphrases.shape), result: z.void() }),
  /** Lets somebody sign, by the public key that they give (PEM text). */
  addSigner: call({
    params: Repository.extend(Passphrases.shape).extend({ name: SignerName, key: z.string().max(20_000) }),
    result: z.void()
  }),
  /** Makes a key to sign with and keeps it; answers its public half as PEM text. */
  generateKey: call({
    params: z.object({ name: SignerName, passphrase: Passphrase }),
    result: z.object({ key: z.string() })
  })
}
