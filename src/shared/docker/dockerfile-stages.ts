/** The stages of a Dockerfile and how they hang together: what each is built from, and which use it. Pure. */
import { fromParts, instructionsOf, type Instruction } from './dockerfile-instructions'
import { argumentsIn } from './dockerfile-outline'

export interface StageUse {
  /** The index of the stage that uses it. */
  readonly stage: number
  readonly line: number
  /** The instruction: FROM, COPY, ADD or RUN. */
  readonly by: string
}

export interface DockerfileStage {
  readonly index: number
  /** As it is written; empty for a stage without one. */
  readonly name: string
  /** As it is written. */
  readonly base: string
  /** The index of the stage that is its base; null for an image. */
  readonly baseStage: number | null
  readonly line: number
  readonly endLine: number
  readonly usedBy: readonly StageUse[]
}

type Growing = DockerfileStage & { endLine: number; usedBy: StageUse[] }

export function stagesOf(dockerfile: string): DockerfileStage[] {
  const stages: Growing[] = []
  /** Of the arguments before the first stage: these may be part of a base. */
  const defaults = new Map<string, string>()
  const byName = new Map<string, number>()
  for (const instruction of instructionsOf(dockerfile)) {
    const { keyword, rest, line, endLine } = instruction
    const current = stages.at(-1)
    if (keyword === 'FROM') {
      const { name, base } = fromParts(rest)
      const index = stages.length
      const baseStage = byName.get(filledIn(base, defaults).toLowerCase()) ?? null
      stages.push({ index, name, base, baseStage, line, endLine, usedBy: [] })
      if (baseStage !== null) stages[baseStage]?.usedBy.push({ stage: index, line, by: 'FROM' })
      if (name !== '') byName.set(name.toLowerCase(), index)
    } else if (current === undefined) {
      if (keyword !== 'ARG') continue
      for (const { name, value } of argumentsIn(rest, line)) defaults.set(name, value ?? '')
    } else {
      current.endLine = endLine
      for (const source of sourcesOf(instruction)) {
        const used = byName.get(source.toLowerCase()) ?? (/^\d+$/.test(source) ? Number(source) : -1)
        // A stage that has the same name is found by it; a number is the place of an earlier one.
        if (used < current.index) stages[used]?.usedBy.push({ stage: current.index, line, by: keyword })
      }
    }
  }
  return stages
}

/** What a stage is called where it is shown: its name, or its number as `--from` takes it. */
export function stageLabel({ name, index }: Pick<DockerfileStage, 'name' | 'index'>): string {
  return name === '' ? `Stage ${index}` : name
}

/** What an instruction takes files from: `--from=`, or the `from=` of its mounts. */
function* sourcesOf({ keyword, rest }: Instruction): Generator<string> {
  if (keyword === 'COPY' || keyword === 'ADD') {
    const [, from] = /^(?:--\S+\s+)*?--from=(\S+)/.exec(rest) ?? []
    if (from !== undefined) yield from
  } else if (keyword === 'RUN') {
    const flags = /^(?:--\S+\s+)*/.exec(rest)?.[0] ?? ''
    for (const [, options = ''] of flags.matchAll(/--mount=(\S+)/g)) {
      const [, from] = /(?:^|,)from=([^,]+)/.exec(options) ?? []
      if (from !== undefined) yield from
    }
  }
}

function filledIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})/g,
    (whole, plain?: string, braced?: string, otherwise?: string) => {
      const value = values.get(plain ?? braced ?? '')
      return value === undefined || value === '' ? (otherwise ?? (value === undefined ? whole : '')) : value
    }
  )
}
