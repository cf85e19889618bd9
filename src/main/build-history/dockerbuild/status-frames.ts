/** The log of a build as BuildKit keeps it: messages of its progress, each behind its length. Pure; called by opened.ts. */
import { AppError } from '@shared/errors'

const LENGTH = 4

/** The messages one by one. @throws AppError `DataLoss` when the last one is not whole. */
export async function* framesOf(log: Buffer): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < log.length;) {
    const length = at + LENGTH <= log.length ? log.readUInt32LE(at) : Infinity
    at += LENGTH
    if (at + length > log.length) {
      throw new AppError('DataLoss', 'The log of this build is not whole.', {
        hint: 'Export the build again.'
      })
    }
    yield await Promise.resolve(log.subarray(at, at + length))
    at += length
  }
}
