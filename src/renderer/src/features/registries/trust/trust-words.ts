/** What is wished of Docker Content Trust, and what each wish needs to be asked for. */
import type { TrustKey } from '@shared/contract/trust'

export interface TrustWish {
  readonly kind: 'sign' | 'revoke' | 'addSigner' | 'generateKey'
}

interface Asked {
  readonly title: string
  readonly button: string
  readonly text: string
  /** A root key may be made or used. */
  readonly root: boolean
}

export const WISHES: Readonly<Record<TrustWish['kind'], Asked>> = {
  sign: {
    title: 'Sign a tag',
    button: 'Sign',
    text: 'The image of this name that is here is pushed and signed by the name of your login. Keys that are missing are made, with these passphrases.',
    root: true
  },
  revoke: {
    title: 'Revoke a signature',
    button: 'Revoke',
    text: 'The tag stays in the registry, but is not signed any more.',
    root: false
  },
  addSigner: {
    title: 'Add a signer',
    button: 'Add',
    text: 'Whoever has the private key can sign tags of this repository.',
    root: true
  },
  generateKey: {
    title: 'Make a key to sign with',
    button: 'Make',
    text: 'The private key stays with the docker command, in its folder trust. Give the public one to whoever adds signers.',
    root: false
  }
}

/** The keys that can be used for a repository: those for all, and its own. */
export function keysText(keys: readonly TrustKey[], repository: string): string {
  const usable = keys.filter((key) => key.repository === '' || key.repository === repository)
  return usable.map(({ role, id }) => `${role} (${id.slice(0, 12)})`).join(', ')
}
