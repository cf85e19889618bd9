/** The licences that a Debian package's copyright file names in the machine-readable form (DEP-5). Pure. */
import { short, textOf } from './found'
import { lines } from './stanzas'

const MAX_LICENCES = 20

/** Debian's short names in order of appearance; none when the file is prose. */
export function licencesOfCopyright(bytes: Uint8Array): string[] {
  const text = textOf(bytes)
  if (!/^Format(-Specification)?:/im.test(text.slice(0, 2000))) return []
  const names = new Set<string>()
  for (const line of lines(text)) {
    if (!line.startsWith('License:')) continue
    const name = short(line.slice('License:'.length))
    if (name !== '') names.add(name)
    if (names.size === MAX_LICENCES) break
  }
  return [...names]
}
