/**
 * Files of a container over the Engine API: archives in and out, the whole file system, what changed, what a path is.
 * Works on running and stopped containers alike. Called by main/files; archives are streams, never held whole.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import type { FileChange } from '@shared/contract/files'
import { AppError } from '@shared/errors'
import { segment, withSignal, type DockerClient } from './client'
import { connectionError } from './errors'
import { fromBytes, queryPath } from './path-bytes'
import { parseReply } from './rows'
import { readTar, type TarItem } from './tar-reader'

/** `GET /containers/{id}/archive`: the path and, of a folder, everything below it, mounts included. */
export async function openArchive(
  client: DockerClient,
  id: string,
  path: string,
  options: ReadOptions = {}
): Promise<AsyncGenerator<TarItem, void, undefined>> {
  const query = `/containers/${segment(id)}/archive?path=${queryPath(path)}`
  return await openTar(client, query, options)
}

/** `GET /containers/{id}/export`: the whole file system of the container without what is mounted into it. */
export async function openExport(
  client: DockerClient,
  id: string,
  options: ReadOptions = {}
): Promise<AsyncGenerator<TarItem, void, undefined>> {
  return await openTar(client, `/containers/${segment(id)}/export`, options)
}

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
  /** Told of the bytes of the archive as they come. */
  readonly onRead?: ((bytes: number) => void) | undefined
}

async function openTar(client: DockerClient, path: string, { signal, onRead }: ReadOptions) {
  const reply = (await client.request(withSignal({ path, isStream: true }, signal))) as IncomingMessage
  return readTar(appErrors(reply, signal), onRead)
}

async function* appErrors(
  reply: IncomingMessage,
  signal: AbortSignal | undefined
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* reply as AsyncIterable<Buffer>
  } catch (error) {
    throw connectionError(signal?.aborted === true ? signal.reason : error)
  }
}

/** `PUT /containers/{id}/archive`: unpacks a tar stream into a folder. The stream is read only as fast as the engine takes it. */
export async function putArchive(
  client: DockerClient,
  id: string,
  folder: string,
  archive: Readable,
  signal?: AbortSignal
): Promise<void> {
  const path = `/containers/${segment(id)}/archive?noOverwriteDirNonDir=1&path=${queryPath(folder)}`
  await client.request(withSignal({ path, method: 'PUT', file: archive }, signal))
}

const Change = z.object({ Kind: z.number(), Path: z.string() })
const KINDS = ['changed', 'added', 'deleted'] as const

/** `docker diff`: what differs from the image, in the engine's order. */
export async function containerChanges(
  client: DockerClient,
  id: string,
  signal?: AbortSignal
): Promise<FileChange[]> {
  const reply = await client.request(withSignal({ path: `/containers/${segment(id)}/changes` }, signal))
  const changes = parseReply(z.array(Change).nullable(), reply) ?? []
  return changes.map(({ Kind, Path }) => ({ kind: KINDS[Kind] ?? 'changed', path: Path }))
}

/** What is at a path, as the engine says it without sending it. */
export interface PathStat {
  readonly name: string
  /** Go's file mode: see {@link isFolder}. */
  readonly mode: number
  readonly size: number
  /** Where a symlink leads in the end, inside the container; empty for anything else. */
  readonly linkTarget: string
}

const Stat = z.object({
  name: z.string(),
  size: z.number(),
  mode: z.number(),
  linkTarget: z
    .string()
    .nullish()
    .transform((text) => text ?? '')
})

/** `HEAD /containers/{id}/archive`; null when nothing is there. */
export async function statPath(
  client: DockerClient,
  id: string,
  path: string,
  signal?: AbortSignal
): Promise<PathStat | null> {
  const query = `/containers/${segment(id)}/archive?path=${queryPath(path)}`
  try {
    const dial = { path: query, method: 'HEAD', isStream: true }
    const reply = (await client.request(withSignal(dial, signal))) as IncomingMessage
    reply.resume()
    return parseStat(reply.headers['x-docker-container-path-stat'])
  } catch (error) {
    if (error instanceof AppError && error.code === 'NotFound') return null
    throw error
  }
}

function parseStat(header: string | string[] | undefined): PathStat {
  try {
    const json = fromBytes(Buffer.from(String(header), 'base64'))
    return Stat.parse(JSON.parse(json))
  } catch (cause) {
    throw new AppError('DataLoss', 'The engine did not say what is at this path.', {
      hint: 'A proxy in between may have dropped a header.',
      cause
    })
  }
}

/** Bits of Go's fs.FileMode. */
const GO_DIRECTORY = 2 ** 31
const GO_SYMLINK = 2 ** 27

export function isFolder({ mode }: Pick<PathStat, 'mode'>): boolean {
  return Math.floor(mode / GO_DIRECTORY) % 2 === 1
}

export function isSymlink({ mode }: Pick<PathStat, 'mode'>): boolean {
  return Math.floor(mode / GO_SYMLINK) % 2 === 1
}
