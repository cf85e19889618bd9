/** zstd frames for tests, written by hand: runs of zeros in as many blocks as a test wants. */

export interface RleFrame {
  /** The window is 2 to the power of this. */
  readonly windowLog: number
  readonly blocks: number
  /** What each block holds. */
  readonly bytes: number
}

/** One frame of run-length blocks (RFC 8878, 3.1.1). */
export function rleFrame({ windowLog, blocks, bytes }: RleFrame): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3])
  const body = Buffer.alloc(blocks * 4)
  for (let i = 0; i < blocks; i++) {
    body.writeUIntLE((bytes << 3) | (1 << 1) | (i === blocks - 1 ? 1 : 0), i * 4, 3)
  }
  return Buffer.concat([head, body])
}
