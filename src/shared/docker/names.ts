/** The engine's rule for names of containers and volumes (moby daemon/names). Pure; used by forms and run-options. */

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/
const MAX_LENGTH = 255

/** What is wrong with a container's name; null when nothing is. An empty one is right: the engine makes one up. */
export function containerNameError(name: string): string | null {
  if (name === '') return null
  return nameError(name, 'A name')
}

/** What is wrong with a volume's name; null when nothing is. */
export function volumeNameError(name: string): string | null {
  return nameError(name, 'A volume name')
}

function nameError(name: string, what: string): string | null {
  if (name.length < 2) return `${what} has at least two characters.`
  if (name.length > MAX_LENGTH) return `${what} has at most ${MAX_LENGTH} characters.`
  if (!/^[a-zA-Z0-9]/.test(name)) return `${what} begins with a letter or a digit.`
  return NAME.test(name) ? null : `${what} has only letters, digits, dots, dashes and underscores.`
}
