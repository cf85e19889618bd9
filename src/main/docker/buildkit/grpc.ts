/**
 * Calls to the BuildKit inside the engine: gRPC over HTTP/2 on a connection the engine hands over (`POST /grpc`), the way buildx
 * itself asks it. One connection for each caller, closed with it. Called by the files beside it; 0565 says why there is no library.
 */
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders
} from 'node:http2'
import { AppError, toAppError, type ErrorCode } from '@shared/errors'
import { oneLine } from '@shared/docker/text'
import { withSignal, type DockerClient } from '../client'
import { connectionError } from '../errors'

const CONTENT_TYPE = 'application/grpc'
const FRAME_HEAD = 5
/** gRPC's own limit is 4 MiB, BuildKit's 16 MiB. */
const LARGEST_MESSAGE = 32 * 1024 * 1024

/** With a connection of its own, closed after the work. */
export async function withBuildKit<T>(
  client: DockerClient,
  signal: AbortSignal,
  work: (buildkit: BuildKit) => Promise<T>
): Promise<T> {
  const buildkit = await BuildKit.open(client, signal)
  try {
    return await work(buildkit)
  } finally {
    buildkit.close()
  }
}

/** The codes of gRPC that BuildKit answers with; the others are `System`. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  1: 'Cancelled',
  3: 'InvalidParameter',
  4: 'Deadline',
  5: 'NotFound',
  7: 'Forbidden',
  9: 'Conflict',
  12: 'NotImplemented',
  14: 'Unavailable',
  16: 'Unauthorized'
}

export class BuildKit {
  readonly #session: ClientHttp2Session

  private constructor(session: ClientHttp2Session) {
    this.#session = session
  }

  /** Opens a connection that lives until `signal` aborts or {@link close} is called. */
  static async open(client: DockerClient, signal: AbortSignal): Promise<BuildKit> {
    if (!client.hasBuildKit) {
      throw new AppError('NotImplemented', 'This engine has no BuildKit, so it keeps no history of builds.', {
        hint: 'Builds can be started all the same; their pages last until Quayside quits.'
      })
    }
    const socket = await client.hijack(withSignal({ path: '/grpc', protocol: 'h2c' as const }, signal))
    const session = connect('http://buildkit', { createConnection: () => socket })
    // Every stream of it fails too, and tells its reader.
    session.on('error', () => undefined)
    session.on('close', () => socket.destroy())
    return new BuildKit(session)
  }

  close(): void {
    this.#session.destroy()
  }

  /** One question, one answer. */
  async call(method: string, request: Buffer, signal: AbortSignal): Promise<Buffer> {
    for await (const message of this.stream(method, request, signal)) return message
    throw new AppError('System', 'The engine’s builder gave no answer.', { hint: 'Try again.' })
  }

  /** One question, answers until the engine ends them, fails, or `signal` aborts; leaving the loop ends it too. */
  async *stream(
    method: string,
    request: Buffer,
    signal: AbortSignal
  ): AsyncGenerator<Buffer, void, undefined> {
    signal.throwIfAborted()
    const stream = this.#request(method, request)
    const end = (): void => stream.close(constants.NGHTTP2_CANCEL)
    signal.addEventListener('abort', end, { once: true })
    const status = statusOf(stream)
    try {
      yield* messagesOf(stream)
      signal.throwIfAborted()
      const { code, message } = await status
      if (code !== 0) throw grpcError(code, message)
    } catch (error) {
      throw signal.aborted ? toAppError(signal.reason) : connectionError(error)
    } finally {
      signal.removeEventListener('abort', end)
      if (!stream.destroyed) end()
    }
  }

  #request(method: string, request: Buffer): ClientHttp2Stream {
    if (this.#session.destroyed || this.#session.closed) {
      throw new AppError('Unavailable', 'The connection to the engine’s builder is closed.', {
        hint: 'Try again.'
      })
    }
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': `/${method}`,
      'content-type': CONTENT_TYPE,
      te: 'trailers'
    })
    const head = Buffer.alloc(FRAME_HEAD)
    head.writeUInt32BE(request.length, 1)
    stream.end(Buffer.concat([head, request]))
    return stream
  }
}

interface Status {
  readonly code: number
  readonly message: string
}

/** How it ended, out of the headers or the trailers; a stream that breaks off has no status. */
function statusOf(stream: ClientHttp2Stream): Promise<Status> {
  return new Promise((resolve) => {
    const read = (headers: IncomingHttpHeaders): void => {
      const { 'grpc-status': code, 'grpc-message': message } = headers
      if (typeof code !== 'string') return
      resolve({ code: Number(code), message: typeof message === 'string' ? decoded(message) : '' })
    }
    stream.on('response', (headers) => {
      const http = headers[':status'] ?? 0
      if (http === 200) read(headers)
      else resolve({ code: http === 404 ? 12 : 14, message: `HTTP ${http}` })
    })
    stream.on('trailers', read)
    stream.on('close', () => resolve({ code: 14, message: 'the connection broke off' }))
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

async function* messagesOf(stream: ClientHttp2Stream): AsyncGenerator<Buffer, void, undefined> {
  let chunks: Buffer[] = []
  let size = 0
  let wanted = FRAME_HEAD
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    // Joined only when a whole message is there: a large one comes in many pieces.
    if (size < wanted) continue
    let all = Buffer.concat(chunks, size)
    for (wanted = lengthOf(all); all.length >= wanted; wanted = lengthOf(all)) {
      yield all.subarray(FRAME_HEAD, wanted)
      all = all.subarray(wanted)
    }
    chunks = [all]
    size = all.length
  }
}

/** Of the first frame, its head included. */
function lengthOf(frames: Buffer): number {
  if (frames.length < FRAME_HEAD) return FRAME_HEAD
  const length = frames.readUInt32BE(1)
  if (frames[0] !== 0 || length > LARGEST_MESSAGE) {
    throw new AppError('DataLoss', 'The engine’s builder sent what cannot be read.', {
      hint: 'The engine may be newer than Quayside.'
    })
  }
  return FRAME_HEAD + length
}

function grpcError(code: number, message: string): AppError {
  if (code === 12) {
    return new AppError('NotImplemented', 'This engine’s builder keeps no history of builds.', {
      hint: 'Docker Engine 23 or newer does, with BuildKit as its builder.'
    })
  }
  return new AppError(CODES[code] ?? 'System', `The engine’s builder says: ${oneLine(message, 500)}.`, {
    hint: code === 14 ? 'Try again when the engine runs.' : 'Try again; the engine’s log may say more.'
  })
}
