/** Pulls and pushes images over the Engine API, told as they go. Called by handlers/image-transfers. */
import type { Transfer } from '@shared/contract/tasks'
import { parseReference } from '@shared/docker/reference'
import { AppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { progressLines } from './images'
import { advance, NO_TRANSFER, transferOf } from './transfer-progress'

export interface TransferOptions {
  /** The value of X-Registry-Auth; left out: nobody is logged in. Never part of an error or a log line. */
  readonly auth?: string | undefined
  /** `os/arch/variant`; empty: the engine's own. */
  readonly platform?: string | undefined
  readonly onProgress?: ((message: string, transfer: Transfer) => void) | undefined
}

/** `{}` in base64: a push without it is refused by older engines. */
const NOBODY = 'e30='

/** Pulls one image. Aborting closes the request, and with it the engine's work. */
export async function pullImage(
  client: DockerClient,
  reference: string,
  { auth, platform = '', onProgress }: TransferOptions = {},
  signal?: AbortSignal
): Promise<void> {
  const reply = await client.request({
    path: '/images/create?',
    method: 'POST',
    headers: auth === undefined ? {} : { 'X-Registry-Auth': auth },
    isStream: true,
    ...withSignal(
      { options: { _query: { fromImage: reference, ...(platform === '' ? {} : { platform }) } } },
      signal
    )
  })
  await follow(reply, onProgress, signal)
}

/** Pushes one tag of a local image to the registry its name says. */
export async function pushImage(
  client: DockerClient,
  reference: string,
  { auth = NOBODY, onProgress }: TransferOptions = {},
  signal?: AbortSignal
): Promise<void> {
  const parsed = parseReference(reference)
  if (!parsed.ok || parsed.reference.tag === null || parsed.reference.digest !== null) {
    throw new AppError('InvalidParameter', 'That is not a tag that can be pushed.', {
      hint: 'Give the image a tag that begins with the registry’s address, then push that.'
    })
  }
  const { tag } = parsed.reference
  const name = reference.slice(0, -(tag.length + 1))
  const reply = await client.request({
    path: `/images/${segment(name)}/push?`,
    method: 'POST',
    headers: { 'X-Registry-Auth': auth },
    isStream: true,
    ...withSignal({ options: { _query: { tag } } }, signal)
  })
  await follow(reply, onProgress, signal)
}

async function follow(
  reply: unknown,
  onProgress: TransferOptions['onProgress'],
  signal: AbortSignal | undefined
): Promise<void> {
  let state = NO_TRANSFER
  for await (const line of progressLines(reply as AsyncIterable<Uint8Array>)) {
    state = advance(state, line, Date.now())
    onProgress?.(state.message, transferOf(state))
  }
  signal?.throwIfAborted()
}
