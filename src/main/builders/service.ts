/**
 * The builders buildx knows, through buildx itself: it keeps them, starts them and knows their drivers. Each question is one run
 * of the bundled program that ends by itself. Plain Node; called by handlers/builders.
 */
import type { Builder, NewBuilder } from '@shared/contract/builders'
import { oneLine } from '@shared/docker/text'
import { AppError } from '@shared/errors'
import type { Buildx } from '../builds/buildx'
import { parseBuilders } from './parse'

/** Starting a builder may pull its image. */
const TIMEOUT_MS = 60_000

export class Builders {
  readonly #buildx: Pick<Buildx, 'ask'>

  constructor(buildx: Pick<Buildx, 'ask'>) {
    this.#buildx = buildx
  }

  async list(signal: AbortSignal): Promise<Builder[]> {
    return parseBuilders(await this.#ask(['ls', '--no-trunc', '--format', 'json'], signal))
  }

  async create(wanted: NewBuilder, signal: AbortSignal): Promise<void> {
    await this.#ask(createArguments(wanted), signal)
  }

  async use(name: string, signal: AbortSignal): Promise<void> {
    await this.#ask(['use', name], signal)
  }

  async stop(name: string, signal: AbortSignal): Promise<void> {
    await this.#ask(['stop', name], signal)
  }

  async remove(name: string, keepState: boolean, signal: AbortSignal): Promise<void> {
    await this.#ask(['rm', '--force', ...(keepState ? ['--keep-state'] : []), name], signal)
  }

  async #ask(args: readonly string[], signal: AbortSignal): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#buildx.ask(args, { timeoutMs: TIMEOUT_MS }, signal)
    if (exitCode === 0) return stdout
    throw refusal(stderr)
  }
}

/** `docker buildx create …`, as the arguments after `buildx`. */
export function createArguments({ name, driver, endpoint, options, platforms }: NewBuilder): string[] {
  return [
    'create',
    '--name',
    name,
    '--driver',
    driver,
    ...options.flatMap((option) => ['--driver-opt', option]),
    ...(platforms.length > 0 ? ['--platform', platforms.join(',')] : []),
    // An address that looks like an option is an address.
    ...(endpoint === '' ? [] : ['--', endpoint])
  ]
}

function refusal(stderr: string): AppError {
  // The reason may be on any of its lines.
  const lines = stderr.split('\n').map((line) => line.replace(/^(?:ERROR|error):\s*/, '').trim())
  const said = oneLine(lines.filter((line) => line !== '').join('; '), 500)
  const text = (said || 'it ended without a word').replace(/\.$/, '')
  if (/no builder .* found|not found|failed to find/i.test(text)) {
    return new AppError('NotFound', `${text}.`, {
      hint: 'It may have been removed meanwhile: read the list again.'
    })
  }
  if (/already exists|existing instance/i.test(text)) {
    return new AppError('Conflict', `${text}.`, { hint: 'Choose another name.' })
  }
  return new AppError('System', `buildx says: ${text}.`, { hint: 'Check what was asked for and try again.' })
}
