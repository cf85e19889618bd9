/**
 * Docker Content Trust by the docker CLI's `trust` commands, which know Notary's protocol and where its keys are. Passphrases go into
 * the environment of that one child and nowhere else; what the commands say is shown as far as it is about what failed.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { ContentTrust, TrustKey } from '@shared/contract/trust'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import { engineVariables, inheritedVariables, type CliEngine } from '../engine/cli-environment'
import { run } from '../platform/child-process'

export interface TrustDeps {
  /** The bundled docker CLI. */
  readonly program: string
  /** The CLI's own folder, whose `trust` holds keys. */
  readonly cliConfigDir: string
  /** For files of one command. */
  readonly runDir: string
  /** null while none runs: signatures can be read all the same. */
  readonly engine: () => CliEngine | null
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Passphrases {
  readonly root: string
  readonly repository: string
}

const ASK_MS = 60_000
/** Signing pushes the image first. */
const SIGN_MS = 30 * 60_000
const MAX_KEY_BYTES = 20_000
const MAX_KEYS = 500

const Named = z.object({ Name: z.string(), Keys: z.array(z.object({ ID: z.string() })).nullish() })
const Inspected = z.array(
  z.object({
    SignedTags: z
      .array(
        z.object({
          SignedTag: z.string(),
          Digest: z.string(),
          Signers: z.array(z.string()).nullish()
        })
      )
      .nullish(),
    Signers: z.array(Named).nullish(),
    AdministrativeKeys: z.array(Named).nullish()
  })
)

export class ContentTrustCli {
  readonly #deps: TrustDeps

  constructor(deps: TrustDeps) {
    this.#deps = deps
  }

  async inspect(repository: string, server: string, signal: AbortSignal): Promise<ContentTrust> {
    const said = await this.#run(['inspect', '--', repository], { server, limitMs: ASK_MS }, signal)
    const where = server || this.#deps.env['DOCKER_CONTENT_TRUST_SERVER'] || 'the server of the registry'
    if (said.exitCode === 0) return inspected(said.stdout, oneLine(where, 200))
    // Without signatures, without access, and where no server is, it says the same.
    throw refusal(said.stderr, 'asked about its signatures')
  }

  /** The private keys that are here. A file that is none is left out. */
  keys(): TrustKey[] {
    const folder = join(this.#deps.cliConfigDir, 'trust', 'private')
    return namesIn(folder)
      .filter((name) => /^[0-9a-f]{64}\.key$/.test(name))
      .slice(0, MAX_KEYS)
      .flatMap((name) => {
        const head = headOf(join(folder, name))
        const role = /^role: (.+)$/m.exec(head)?.[1]
        if (role === undefined) return []
        const gun = /^gun: (.+)$/m.exec(head)?.[1] ?? ''
        return [{ id: name.slice(0, -4), role: oneLine(role, 100), repository: oneLine(gun, 300) }]
      })
  }

  /** Always the image that is here: without `--local` the CLI may sign what the registry has. */
  async sign(image: string, server: string, passphrases: Passphrases, signal: AbortSignal): Promise<void> {
    const options = { server, passphrases, limitMs: SIGN_MS }
    await this.#do(['sign', '--local', '--', image], options, 'signed', signal)
  }

  async revoke(image: string, server: string, passphrases: Passphrases, signal: AbortSignal): Promise<void> {
    const options = { server, passphrases, limitMs: ASK_MS }
    await this.#do(['revoke', '--yes', '--', image], options, 'revoked', signal)
  }

  async addSigner(
    { repository, name, key }: { readonly repository: string; readonly name: string; readonly key: string },
    server: string,
    passphrases: Passphrases,
    signal: AbortSignal
  ): Promise<void> {
    if (!/^-----BEGIN PUBLIC KEY-----$/m.test(key) && !/^-----BEGIN CERTIFICATE-----$/m.test(key)) {
      throw new AppError('InvalidParameter', 'That is not a public key.', {
        hint: 'Paste the whole NAME.pub that docker trust key generate made, from BEGIN to END.'
      })
    }
    await this.#withFolder(async (folder) => {
      const file = join(folder, `${name}.pub`)
      writeFileSync(file, `${key.trim()}\n`, { mode: 0o600 })
      const args = ['signer', 'add', '--key', file, '--', name, repository]
      await this.#do(args, { server, passphrases, limitMs: ASK_MS }, 'changed', signal)
    })
  }

  async generateKey(name: string, passphrase: string, signal: AbortSignal): Promise<string> {
    return await this.#withFolder(async (folder) => {
      const passphrases = { root: '', repository: passphrase }
      const args = ['key', 'generate', '--dir', folder, '--', name]
      await this.#do(args, { server: '', passphrases, limitMs: ASK_MS }, 'made', signal)
      return readFileSync(join(folder, `${name}.pub`), 'utf8')
    })
  }

  async #do(args: readonly string[], options: RunTrust, what: string, signal: AbortSignal): Promise<void> {
    const { exitCode, stderr } = await this.#run(args, options, signal)
    if (exitCode !== 0) throw refusal(stderr, what)
  }

  async #run(args: readonly string[], { server, passphrases, limitMs }: RunTrust, signal: AbortSignal) {
    const { program, env, cliConfigDir } = this.#deps
    const at = serverUrl(server) ?? env['DOCKER_CONTENT_TRUST_SERVER']
    const engine = this.#deps.engine()
    const variables = {
      ...inheritedVariables(env),
      DOCKER_CONFIG: cliConfigDir,
      ...(engine === null ? {} : engineVariables(engine, env)),
      ...(at === undefined ? {} : { DOCKER_CONTENT_TRUST_SERVER: at }),
      ...(passphrases === undefined || passphrases.root === ''
        ? {}
        : { DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE: passphrases.root }),
      ...(passphrases === undefined
        ? {}
        : { DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE: passphrases.repository })
    }
    return await run(program, ['trust', ...args], { env: variables, timeoutMs: limitMs }, signal)
  }

  async #withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(this.#deps.runDir, 'trust-'))
    try {
      return await work(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

interface RunTrust {
  readonly server: string
  readonly passphrases?: Passphrases
  readonly limitMs: number
}

/** The CLI takes https:// alone. */
function serverUrl(typed: string): string | undefined {
  if (typed.trim() === '') return undefined
  const text = /^[a-z]+:\/\//i.test(typed.trim()) ? typed.trim() : `https://${typed.trim()}`
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'https:' && url.username === '') return url.origin
  throw new AppError('InvalidParameter', 'That is no address of a Notary server.', {
    hint: 'Write https:// and its host, with a port where it has one: https://notary.example:4443.'
  })
}

function inspected(stdout: string, server: string): ContentTrust {
  let parsed: z.output<typeof Inspected>
  try {
    parsed = Inspected.parse(JSON.parse(stdout))
  } catch (cause) {
    throw new AppError('System', 'docker trust inspect printed something unexpected.', {
      hint: 'Try again.',
      cause
    })
  }
  const [one] = parsed
  const named = (list: z.output<typeof Named>[] | null | undefined) =>
    (list ?? []).map(({ Name, Keys }) => ({
      name: oneLine(Name, 100),
      keys: (Keys ?? []).map(({ ID }) => oneLine(ID, 100))
    }))
  return {
    server,
    signed: one !== undefined,
    tags: (one?.SignedTags ?? []).map(({ SignedTag, Digest, Signers }) => ({
      tag: oneLine(SignedTag, 128),
      digest: oneLine(Digest, 100),
      signers: (Signers ?? []).map((signer) => oneLine(signer, 100))
    })),
    signers: named(one?.Signers),
    administrative: named(one?.AdministrativeKeys)
  }
}

/** The CLI warns at each start that Docker retires this for its own images; that is no reason. */
function refusal(stderr: string, what: string): AppError {
  const lines = stderr
    .split('\n')
    .filter((line) => !/^WARNING: Docker is retiring|^\s+For details, refer to/.test(line))
    .map((line) => line.replace(/^(?:ERROR|error|Error):\s*/, '').trim())
    .filter((line) => line !== '')
  const said = oneLine(lines.slice(-4).join('; '), 500)
  const known = RULES.find(([words]) => words.test(said))
  return new AppError(known?.[1] ?? 'System', `It could not be ${what}: ${said || 'docker trust failed'}`, {
    hint: known?.[2] ?? 'Check the server’s address, and that this login may do it.'
  })
}

const RULES: readonly (readonly [RegExp, AppError['code'], string])[] = [
  [
    /invalid delegation role name/,
    'Unauthorized',
    'The first signer is called after the login: log in to the registry, so that the docker command has it, then try again.'
  ],
  [
    /no signatures or cannot access/,
    'NotFound',
    'Nothing of it is signed there, or this login may not read it, or no Notary server answers at that address.'
  ],
  [
    /passphrase|could not find necessary signing keys|decrypt/i,
    'Unauthorized',
    'Check the passphrases and that the keys are on this computer.'
  ],
  [
    /certificate|x509/,
    'Unavailable',
    'Put the authority of the server into the docker command’s folder: tls/HOST/ca.crt.'
  ],
  [
    /connection refused|no such host|timeout|unreachable/i,
    'Unavailable',
    'No Notary server answers there: check its address and the network.'
  ],
  [
    /No such image|does not exist|reference does not/i,
    'NotFound',
    'Signing needs the image here, under exactly this name.'
  ],
  [/unauthorized|denied/i, 'Unauthorized', 'Log in to the registry, then try again.']
]

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The part of a key's file before what is encrypted. */
function headOf(file: string): string {
  try {
    const text = readFileSync(file, 'utf8').slice(0, MAX_KEY_BYTES)
    return text.slice(0, Math.max(0, text.indexOf('\n\n')))
  } catch {
    return ''
  }
}
