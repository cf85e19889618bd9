/** The variables an instruction may use, where they come from, and their values. Pure. Read by completion. */
import { fromParts, instructionsOf } from '@shared/docker/dockerfile-instructions'
import { argumentsIn } from '@shared/docker/dockerfile-outline'

export interface Variable {
  readonly name: string
  readonly value: string | null
  readonly from: 'ARG' | 'ENV' | 'BuildKit'
}

/** Given by BuildKit: in FROM at once, in a stage after ARG. */
const PLATFORM_ARGS = ['TARGET', 'BUILD'].flatMap((of) =>
  ['PLATFORM', 'OS', 'ARCH', 'VARIANT'].map((part) => of + part)
)

/** `line` is that of the instruction. The last one that sets a name counts. */
export function variablesAt(text: string, line: number, inFrom: boolean): Variable[] {
  const globals = new Map<string, Variable>()
  const stages: { readonly name: string; readonly env: Map<string, Variable> }[] = []
  let current: Map<string, Variable> | null = null
  for (const instruction of instructionsOf(text)) {
    if (instruction.line >= line) break
    const { keyword, rest } = instruction
    if (keyword === 'FROM') {
      const { name, base } = fromParts(rest)
      const parent = stages.findLast((stage) => stage.name !== '' && stage.name === base.toLowerCase())
      // Variables of a base stage go on; its arguments do not.
      const env = [...(parent?.env ?? [])].filter(([, { from }]) => from === 'ENV')
      current = new Map(env)
      stages.push({ name: name.toLowerCase(), env: current })
    } else if (keyword === 'ARG') {
      for (const { name, value } of argumentsIn(rest, instruction.line)) {
        const inherited = current === null ? null : (globals.get(name)?.value ?? null)
        const into: Map<string, Variable> = current ?? globals
        into.set(name, { name, value: value ?? inherited, from: 'ARG' })
      }
    } else if (keyword === 'ENV' && current !== null) {
      for (const { name, value } of environmentIn(rest)) current.set(name, { name, value, from: 'ENV' })
    }
  }
  if (!inFrom) return [...(current ?? globals).values()]
  return [
    ...globals.values(),
    ...PLATFORM_ARGS.map((name) => ({ name, value: null, from: 'BuildKit' as const }))
  ]
}

function environmentIn(rest: string): { readonly name: string; readonly value: string | null }[] {
  const [, name, value = ''] = /^([A-Za-z_]\w*)\s+([\s\S]*)$/.exec(rest) ?? []
  return name === undefined ? argumentsIn(rest, 0) : [{ name, value }]
}
