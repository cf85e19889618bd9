/** What the specs of registries look up for themselves: in the registry, in the engine; and certificates, with the dialogs that ask for them. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import type { Quayside } from './quayside'
import { expect } from './test'

export interface Content {
  readonly digest: string
  /** Of what a pull transfers. */
  readonly size: number
}

/** What the registry itself says of a tag. */
export async function contentOf(
  address: string,
  login: string,
  { repository, tag }: { readonly repository: string; readonly tag: string }
): Promise<Content> {
  const reply = await fetch(`http://${address}/v2/${repository}/manifests/${tag}`, {
    headers: {
      authorization: `Basic ${Buffer.from(login).toString('base64')}`,
      accept:
        'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'
    }
  })
  const { config, layers } = (await reply.json()) as { config: { size: number }; layers: { size: number }[] }
  const size = layers.reduce((sum, layer) => sum + layer.size, config.size)
  return { digest: reply.headers.get('docker-content-digest') ?? '', size }
}

/** What the engine says of the registries it is set up for. */
export async function engineRegistries({
  docker
}: Quayside): Promise<{ insecure: string[]; mirrors: string[] }> {
  const { IndexConfigs, Mirrors } = JSON.parse(
    await docker('info', '--format', '{{json .RegistryConfig}}')
  ) as { IndexConfigs: Record<string, { Secure: boolean }>; Mirrors: string[] | null }
  const insecure = Object.entries(IndexConfigs).filter(([, { Secure }]) => !Secure)
  return { insecure: insecure.map(([name]) => name), mirrors: Mirrors ?? [] }
}

/** Answers native dialogs with these files, one after another. */
async function answerDialogs({ app }: Quayside, files: readonly string[]): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    const queue = [...chosen]
    dialog.showOpenDialog = () => {
      const next = queue.shift()
      return Promise.resolve({ canceled: next === undefined, filePaths: next === undefined ? [] : [next] })
    }
  }, files)
}

/** A certificate that signs itself, as text. */
export function makeCertificate(name: string, keyFile: string): string {
  const options = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', `/CN=${name}`]
  return execFileSync('openssl', [...options, '-keyout', keyFile], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore']
  })
}

/** By its files, which native dialogs ask for; the key is never shown. */
export async function addsClientCertificate(app: Quayside, dialog: Locator): Promise<void> {
  const file = (name: string): string => join(app.home, name)
  makeCertificate('somebody else', file('other.key'))
  writeFileSync(file('client.pem'), makeCertificate('ann of tests', file('client.key')))
  const add = dialog.getByRole('button', { name: 'Add client certificate…' })
  await answerDialogs(app, [file('client.pem'), file('other.key')])
  await add.press('Enter')
  await expect(dialog.getByRole('alert')).toContainText('does not belong to the certificate')
  await answerDialogs(app, [file('client.pem'), file('client.key')])
  await add.press('Enter')
  await expect(dialog).toContainText('CN=ann of tests')
  await expect(dialog.getByRole('alert')).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Remove quayside.cert' }).press('Enter')
  await expect(dialog).not.toContainText('CN=ann of tests')
}
