/** `id=NAME,src=/file` and `id=NAME,env=VARIABLE`, as `docker build --secret` takes them. Pure. */
import { csvFields } from './csv'

export type SecretLine =
  | { readonly ok: true; readonly id: string; readonly from: 'file' | 'env'; readonly name: string }
  | { readonly ok: false; readonly message: string }

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A value in the line itself is refused: it would be in the command, which everybody on the machine can see. */
export function parseSecret(line: string): SecretLine {
  const wrong = (message: string): SecretLine => ({ ok: false, message })
  const fields = csvFields(line.trim())
  if (fields === null) return wrong('A quote is not closed.')
  const given = new Map<string, string>()
  for (const field of fields) {
    const at = field.indexOf('=')
    if (at < 0) return wrong(`“${field}” is not written as NAME=value.`)
    given.set(field.slice(0, at).trim().toLowerCase(), field.slice(at + 1))
  }
  const known = ['id', 'src', 'source', 'env', 'type']
  const other = [...given.keys()].find((key) => !known.includes(key))
  if (other !== undefined)
    return wrong(`A secret has no “${other}”: write id=NAME,src=/file or id=NAME,env=VARIABLE.`)
  const id = given.get('id') ?? ''
  if (id === '') return wrong('A secret needs an id: id=NAME,src=/file or id=NAME,env=VARIABLE.')
  const file = given.get('src') ?? given.get('source')
  const env = given.get('env') ?? (given.get('type') === 'env' ? (file ?? id) : undefined)
  if (env !== undefined) {
    if (!NAME.test(env)) return wrong(`“${env}” is no name of a variable.`)
    return { ok: true, id, from: 'env', name: env }
  }
  if (file === undefined || file === '')
    return wrong(`Say where ${id} comes from: src=/file or env=VARIABLE.`)
  if (!isAbsolute(file)) return wrong('Give the whole path of the file.')
  return { ok: true, id, from: 'file', name: file }
}

export function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith('\\\\')
}
