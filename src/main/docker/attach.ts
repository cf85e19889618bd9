/**
 * `docker attach`: the terminal of a container's own process, and the frames the engine uses where there is none.
 * Called by main/terminals.
 */
import type { Duplex } from 'node:stream'
import { segment, type DockerClient } from './client'
import type { Size } from './exec'

/** Connects to a container's input and output. What it wrote before is not repeated. */
export async function openAttach(
  client: DockerClient,
  containerId: string,
  options: { readonly input: boolean }
): Promise<Duplex> {
  return await client.hijack({
    path: `/containers/${segment(containerId)}/attach?`,
    method: 'POST',
    options: { _query: { stream: true, stdin: options.input, stdout: true, stderr: true }, _body: {} }
  })
}

/** Tells the terminal of a container its new size. */
export async function resizeContainer(client: DockerClient, containerId: string, size: Size): Promise<void> {
  await client.docker.getContainer(segment(containerId)).resize({ w: size.columns, h: size.rows })
}

/** Docker's own detach keys, Ctrl+P Ctrl+Q: the engine lets go of the container's input without closing it. */
export const DETACH_KEYS = Uint8Array.of(0x10, 0x11)

const HEADER = 8

/**
 * The bytes of both outputs in their order, out of frames of `[stream, 0, 0, 0, size (4 bytes)]` and data, which is what
 * a container without a terminal sends. A frame may come in any number of pieces; nothing is gathered.
 */
export async function* unframed(
  source: AsyncIterable<Uint8Array>
): AsyncGenerator<Uint8Array, void, undefined> {
  const header = new Uint8Array(HEADER)
  let headerBytes = 0
  let left = 0
  for await (const chunk of source) {
    let at = 0
    while (at < chunk.length) {
      if (left > 0) {
        const data = chunk.subarray(at, at + left)
        at += data.length
        left -= data.length
        yield data
        continue
      }
      const piece = chunk.subarray(at, at + HEADER - headerBytes)
      header.set(piece, headerBytes)
      headerBytes += piece.length
      at += piece.length
      if (headerBytes < HEADER) continue
      headerBytes = 0
      left = new DataView(header.buffer).getUint32(4)
    }
  }
}
