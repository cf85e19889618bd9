/** What is said when an archive cannot be read to its end. One place, so that all of them name what to do. */
import { AppError } from '@shared/errors'

/** The archive (or a layer of it) contradicts itself: wrong checksum, impossible size, wrong digest. */
export function damaged(what: string, details?: Readonly<Record<string, unknown>>): AppError {
  return new AppError('DataLoss', `The archive is damaged: ${what}.`, {
    hint: 'Save or download it again. Nothing of it has been used.',
    retryable: false,
    details
  })
}

/** The archive ends in the middle of something. */
export function truncated(what: string): AppError {
  return new AppError('DataLoss', `The archive ends too early, inside ${what}.`, {
    hint: 'It was not copied whole. Save or download it again.',
    retryable: false
  })
}

/** It is well-formed, but larger than anything an image can sensibly be. */
export function tooLarge(what: string): AppError {
  return new AppError('InvalidParameter', `The archive is not opened: ${what}.`, {
    hint: 'It looks made to exhaust this computer. Open it only when you know where it comes from, with other tools.',
    retryable: false
  })
}

/** It is readable, and no image. */
export function noImage(why: string): AppError {
  return new AppError('InvalidParameter', `This holds no image: ${why}.`, {
    hint: 'Choose an archive made with docker save, or an OCI image layout.',
    retryable: false
  })
}
