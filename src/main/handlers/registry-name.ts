/** A registry as a page sends it, typed by somebody. */
import { AppError } from '@shared/errors'
import { serverOf } from '../registries/login-place'

/** @throws AppError `InvalidParameter` */
export function registry(typed: string): { readonly host: string; readonly server: string } {
  const found = serverOf(typed)
  if (found !== null) return found
  throw new AppError('InvalidParameter', 'That is not a registry.', {
    hint: 'Write its host, with a port where it has one: registry.example:5000.'
  })
}
