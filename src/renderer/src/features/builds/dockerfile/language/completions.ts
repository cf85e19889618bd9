/**
 * What can stand at the cursor: instructions, their flags and the flags' values, stages, variables, images, files. Pure:
 * names of images are given, and files are asked for by whoever asks. Read by the editor.
 */
import { stageLabel, stagesOf } from '@shared/docker/dockerfile-stages'
import { placeAt, type Place } from './place'
import { DIRECTIVES, INSTRUCTIONS, MOUNT_OPTIONS, MOUNT_TYPES } from './reference'
import { variablesAt } from './variables'

export interface Offer {
  readonly label: string
  /** What kind of thing: shown beside it, and as its icon. */
  readonly kind: 'keyword' | 'property' | 'enum' | 'class' | 'variable' | 'text'
  readonly detail?: string
  readonly help?: string
  /** What is written when it is not the label. */
  readonly apply?: string
}

export interface Completions {
  /** How many characters before the cursor are replaced. */
  readonly replaced: number
  readonly offers: readonly Offer[]
  /** The names in this folder of the context fit too; null for none. */
  readonly filesOf: string | null
}

type Arguments = Extract<Place, { kind: 'arguments' }>

const NONE: Completions = { replaced: 0, offers: [], filesOf: null }
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGKILL', 'SIGWINCH']
const NOT_KEPT: ReadonlySet<string> = new Set(['FROM', 'ONBUILD', 'MAINTAINER'])

/** `line` from 1, `column` from 0. */
export function completionsAt(
  text: string,
  line: number,
  column: number,
  images: readonly string[]
): Completions {
  const place = placeAt(text, line, column)
  if (place.kind === 'nothing') return NONE
  if (place.kind === 'directive') {
    const offers = Object.entries(DIRECTIVES).map(([name, help]): Offer => ({
      label: `${name}=`,
      kind: 'property',
      help
    }))
    return { replaced: place.word.length, offers, filesOf: null }
  }
  if (place.kind === 'keyword') {
    const keywords = Object.entries(INSTRUCTIONS).filter(
      ([name]) => name !== 'MAINTAINER' && (place.within === 'file' || !NOT_KEPT.has(name))
    )
    const offers = keywords.map(([name, { text: help }]): Offer => ({
      label: name,
      kind: 'keyword',
      help,
      apply: `${name} `
    }))
    return { replaced: place.word.length, offers, filesOf: null }
  }
  return argumentCompletions(text, place, images)
}

function argumentCompletions(text: string, place: Arguments, images: readonly string[]): Completions {
  const { keyword, before, word, instruction } = place
  const [variable, braced] = /\$(\{?)\w*$/.exec(word) ?? []
  if (variable !== undefined) {
    const offers = variablesAt(text, instruction.line, keyword === 'FROM').map(
      ({ name, value, from }): Offer => ({
        label: braced === '{' ? `\${${name}}` : `$${name}`,
        kind: 'variable',
        detail: value === null ? from : `${from} ${value}`
      })
    )
    return { replaced: variable.length, offers, filesOf: null }
  }
  const flagsOnly = before.every((one) => one.startsWith('--'))
  if (word.startsWith('-') && flagsOnly) return flagCompletions(text, place, images)
  const plain = before.filter((one) => !one.startsWith('--'))
  const whole = (offers: readonly Offer[]): Completions => ({ replaced: word.length, offers, filesOf: null })
  switch (keyword) {
    case 'FROM':
      if (plain.length === 0) return whole([...stageOffers(text, instruction.line), ...imageOffers(images)])
      return plain.length === 1 ? whole([{ label: 'AS', kind: 'keyword', apply: 'AS ' }]) : NONE
    case 'COPY':
    case 'ADD':
      // A place in the image is no file of the context.
      if (before.some((one) => one.startsWith('--from=')) || (plain.length > 0 && word.startsWith('/')))
        return NONE
      return fileCompletions(word)
    case 'STOPSIGNAL':
      return whole(SIGNALS.map((label) => ({ label, kind: 'enum' })))
    case 'HEALTHCHECK':
      return plain.length > 0 ? NONE : whole(['CMD', 'NONE'].map((label) => ({ label, kind: 'keyword' })))
    case 'ARG':
      return whole(targetOffers())
    default:
      return NONE
  }
}

function targetOffers(): Offer[] {
  return variablesAt('', 1, true).map(({ name }) => ({ label: name, kind: 'variable', detail: 'BuildKit' }))
}

/** `--mount=type=cache,sh|`, `--from=b|`, `--pl|` */
function flagCompletions(text: string, place: Arguments, images: readonly string[]): Completions {
  const { keyword, word, instruction } = place
  const flags = INSTRUCTIONS[keyword]?.flags ?? {}
  const [, name = '', value] = /^--([\w-]*)(?:=(.*))?$/.exec(word) ?? []
  if (value === undefined) {
    const offers = Object.entries(flags).map(([flag, { text: help, bare }]): Offer => ({
      label: `--${flag}`,
      kind: 'property',
      help,
      apply: bare === true ? `--${flag} ` : `--${flag}=`
    }))
    return { replaced: word.length, offers, filesOf: null }
  }
  const sources = (): Offer[] => [...stageOffers(text, instruction.line), ...imageOffers(images)]
  if (name === 'mount') return mountCompletions(value, sources)
  if (name === 'from') return { replaced: value.length, offers: sources(), filesOf: null }
  const offers = (flags[name]?.values ?? []).map((label): Offer => ({ label, kind: 'enum' }))
  return { replaced: value.length, offers, filesOf: null }
}

function mountCompletions(value: string, sources: () => readonly Offer[]): Completions {
  const parts = value.split(',')
  const part = parts.at(-1) ?? ''
  const [, type = 'bind'] = /(?:^|,)type=(\w+),/.exec(value) ?? []
  const [, option, typed = ''] = /^(\w+)=(.*)$/.exec(part) ?? []
  if (option === undefined) {
    const used = new Set(parts.map((one) => one.split('=')[0]))
    const names = parts.length === 1 ? ['type'] : (MOUNT_TYPES[type] ?? [])
    const offers = names
      .filter((name) => !used.has(name))
      .map((name): Offer => ({
        label: name,
        kind: 'property',
        ...(MOUNT_OPTIONS[name] === undefined ? {} : { help: MOUNT_OPTIONS[name] }),
        apply: ['readonly', 'required', 'rw'].includes(name) ? name : `${name}=`
      }))
    return { replaced: part.length, offers, filesOf: null }
  }
  const values: Readonly<Record<string, readonly string[]>> = {
    type: Object.keys(MOUNT_TYPES),
    sharing: ['shared', 'private', 'locked']
  }
  const offers =
    option === 'from' ? sources() : (values[option] ?? []).map((label): Offer => ({ label, kind: 'enum' }))
  const filesOf = option === 'source' && type === 'bind' && !value.includes('from=') ? folderOf(typed) : null
  return { replaced: filesOf === null ? typed.length : nameOf(typed).length, offers, filesOf }
}

function fileCompletions(word: string): Completions {
  if (word.startsWith('"') || word.startsWith('[') || word.startsWith('<<')) return NONE
  return { replaced: nameOf(word).length, offers: [], filesOf: folderOf(word) }
}

/** `./src/ma`: `./src/`. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Stages that are begun before the instruction's own: only those can be used. */
function stageOffers(text: string, line: number): Offer[] {
  const stages = stagesOf(text)
  const own = stages.findLast((stage) => stage.line <= line)
  return stages
    .filter(
      ({ line: from, index }) => from < line && index < (own?.line === line ? own.index : (own?.index ?? 0))
    )
    .map((stage) => ({
      label: stage.name === '' ? String(stage.index) : stage.name,
      kind: 'class',
      detail: `${stage.name === '' ? stageLabel(stage) : 'stage'} from ${stage.base}`
    }))
}

function imageOffers(images: readonly string[]): Offer[] {
  return [
    ...images.map((label): Offer => ({ label, kind: 'text', detail: 'image' })),
    { label: 'scratch', kind: 'keyword', detail: 'empty' }
  ]
}
