/** What the form of a build needs of a Dockerfile: its stages, and its arguments with their defaults. Pure. */
import { fromParts, instructionsOf } from './dockerfile-instructions'

export interface OutlineStage {
  /** Empty for a stage without one. */
  readonly name: string
  readonly base: string
  readonly line: number
}

export interface OutlineArgument {
  readonly name: string
  /** null for none. */
  readonly value: string | null
  readonly line: number
}

export interface Outline {
  readonly stages: readonly OutlineStage[]
  /** Each name once: the first default that is told. */
  readonly args: readonly OutlineArgument[]
}

/** Set by BuildKit itself. */
const GIVEN = /^(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)$/

export function outlineOf(dockerfile: string): Outline {
  const stages: OutlineStage[] = []
  const args = new Map<string, OutlineArgument>()
  for (const { keyword, rest, line } of instructionsOf(dockerfile)) {
    if (rest === '') continue
    if (keyword === 'FROM') {
      const { name, base } = fromParts(rest)
      stages.push({ name: name.toLowerCase(), base, line })
    } else if (keyword === 'ARG') {
      for (const argument of argumentsIn(rest, line)) {
        const known = args.get(argument.name)
        if (known === undefined || (known.value === null && argument.value !== null)) {
          args.set(argument.name, argument)
        }
      }
    }
  }
  return { stages, args: [...args.values()].filter(({ name }) => !GIVEN.test(name)) }
}

/** `A=1 B="two words" C` */
export function argumentsIn(rest: string, line: number): OutlineArgument[] {
  const words = rest.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? []
  return words.flatMap((word) => {
    const at = word.indexOf('=')
    const name = at < 0 ? word : word.slice(0, at)
    if (!/^[A-Za-z_]\w*$/.test(name)) return []
    return [{ name, value: at < 0 ? null : unquoted(word.slice(at + 1)), line }]
  })
}

function unquoted(value: string): string {
  return value.replace(
    /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g,
    (_, double?: string, single?: string, one?: string) =>
      double === undefined ? (single ?? one ?? '') : double.replace(/\\(["\\$])/g, '$1')
  )
}
