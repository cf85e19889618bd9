/**
 * The history of an image as a Dockerfile that rebuilds it as closely as a history allows. Pure. What no history keeps
 * (files of the build context, stages, secrets, mounts) is said in comments where it is missing.
 */
import { DEFAULT_SHELL, historyStep, listIn, pairsIn, runStep, type HistoryStep } from './history-step'
import type { Healthcheck, HistoryEntry, RunConfig } from './image-config'
import { oneLine, plainText } from './text'

export interface DockerfileOptions {
  /** The image this one was built on, when it is known, and how many entries of the history are its own. */
  readonly base?: { readonly reference: string; readonly steps: number } | undefined
}

/** One entry on one line, for lists: `RUN apt-get update`. Text of the image, made safe to show. `known` as for pairsIn. */
export function instructionOf(
  { created_by, comment }: Pick<HistoryEntry, 'created_by' | 'comment'>,
  known: (name: string) => boolean = () => false
): string {
  const step = historyStep(created_by)
  if (step.keyword === 'RUN') return oneLine(`RUN ${runStep(step.rest).command}`)
  if (step.keyword === '') return oneLine(step.rest === '' ? comment : step.rest)
  return oneLine(lineOf(step, { shell: DEFAULT_SHELL, known, healthcheck: null }))
}

export function dockerfileOf(
  history: readonly HistoryEntry[],
  config: RunConfig,
  { base }: DockerfileOptions = {}
): string {
  const writer = new Writer(config)
  writer.head(base?.reference ?? 'scratch')
  history.forEach((entry, i) => writer.entry(entry, i < (base?.steps ?? 0)))
  writer.rest()
  return writer.text()
}

/** The variables and labels an image has. */
export function namesIn({ Env, Labels }: Pick<RunConfig, 'Env' | 'Labels'>): ReadonlySet<string> {
  return new Set([...Env.map((pair) => pair.split('=', 1)[0] ?? ''), ...Object.keys(Labels)])
}

interface Context {
  readonly shell: readonly string[]
  /** Whether the image has a variable or label of this name. */
  readonly known: (name: string) => boolean
  /** Given for the entry that set the one the image has. */
  readonly healthcheck: Healthcheck | null
}

class Writer {
  readonly #lines: string[] = []
  readonly #config: RunConfig
  readonly #args = new Map<string, number>()
  readonly #said = new Set<string>()
  readonly #names: ReadonlySet<string>
  #shell: readonly string[] = DEFAULT_SHELL
  #layers = 0
  /** The last thing of note was the command of what may be the base image. */
  #commandAt = -1

  constructor(config: RunConfig) {
    this.#config = config
    this.#names = namesIn(config)
  }

  head(from: string): void {
    this.#lines.push(
      '# Written from the history of an image. A history does not keep the files of the build context, the stages',
      '# of a build, its secrets and mounts: where they are missing, a comment says so.',
      `FROM ${from}`
    )
  }

  entry(entry: HistoryEntry, ofBase: boolean): void {
    const step = historyStep(entry.created_by)
    if (!entry.empty_layer) this.#layers += 1
    if (step.keyword === 'SHELL') this.#shell = listIn(step.rest) ?? this.#shell
    this.#note(step)
    if (ofBase) return
    if (!entry.empty_layer || step.keyword === 'RUN') this.#boundary()
    if (step.keyword === '') this.#unknown(entry)
    else if (step.keyword === 'RUN') this.#run(step)
    else if (step.keyword === 'ADD' || step.keyword === 'COPY') this.#files(step)
    else this.#plain(step)
  }

  /** What the configuration has and no entry said: images of tools that write no history, squashed ones. */
  rest(): void {
    const { Env, Labels, Entrypoint, Cmd, WorkingDir, User, ExposedPorts, Volumes, StopSignal, Healthcheck } =
      this.#config
    const missing = [
      ...Env.filter((pair) => !this.#said.has(`ENV ${pair}`)).map((pair) => `ENV ${assignment(pair)}`),
      ...Object.entries(Labels)
        .filter(([name, value]) => !this.#said.has(`LABEL ${name}=${value}`))
        .map(([name, value]) => `LABEL ${word(name)}=${quoted(value)}`),
      ...this.#unless('EXPOSE', ExposedPorts.join(' ')),
      ...this.#unless('VOLUME', Volumes.length === 0 ? '' : JSON.stringify(Volumes)),
      ...this.#unless('WORKDIR', WorkingDir === '/' ? '' : literal(WorkingDir)),
      ...this.#unless('USER', literal(User)),
      ...this.#unless('STOPSIGNAL', StopSignal),
      ...this.#unless('HEALTHCHECK', Healthcheck === null ? '' : healthcheckText(Healthcheck)),
      ...this.#unless('ENTRYPOINT', Entrypoint.length === 0 ? '' : JSON.stringify(Entrypoint)),
      ...this.#unless('CMD', Cmd.length === 0 ? '' : JSON.stringify(Cmd))
    ]
    if (missing.length === 0) return
    this.#lines.push('', '# What the configuration has and the history does not say.', ...missing)
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }

  #unless(keyword: string, value: string): string[] {
    return value === '' || this.#said.has(keyword) ? [] : [`${keyword} ${value}`]
  }

  #note({ keyword, rest }: HistoryStep): void {
    this.#said.add(keyword)
    if (keyword === 'ENV' || keyword === 'LABEL') {
      for (const [name, value] of pairsIn(rest, (other) => this.#names.has(other))) {
        this.#said.add(`${keyword} ${name}=${value}`)
      }
    }
    if (keyword === 'CMD' || keyword === 'ENTRYPOINT') this.#commandAt = this.#lines.length
  }

  /** Work after a command was set: what came before was most likely an image of its own. */
  #boundary(): void {
    if (this.#commandAt < 0) return
    this.#commandAt = -1
    this.#lines.push('', '# What is above was probably the base image; what follows was built on it.')
  }

  #plain(step: HistoryStep): void {
    const line = lineOf(step, {
      shell: this.#shell,
      known: (name) => this.#names.has(name),
      healthcheck: this.#config.Healthcheck
    })
    if (step.keyword === 'ARG') this.#args.set(step.rest.split('=', 1)[0] ?? '', this.#lines.length)
    this.#lines.push(line)
  }

  #run({ rest }: HistoryStep): void {
    const { args, command, exec } = runStep(rest, this.#shell)
    for (const [name, value] of args) {
      const at = this.#args.get(name)
      const line = `ARG ${name}=${quoted(value)}`
      // The value it was built with becomes the default.
      if (at === undefined) this.#args.set(name, this.#lines.push(line) - 1)
      else this.#lines[at] = line
    }
    if (exec) this.#lines.push(`RUN ${JSON.stringify(command.split(' '))}`)
    else if (/\n|\\$/.test(command)) this.#lines.push(...heredoc(plainText(command)))
    else this.#lines.push(`RUN ${plainText(command)}`)
  }

  #files(step: HistoryStep): void {
    const hashed = /^(?:--\S+ )*(?:file|dir|multi):[0-9a-f]{8,}/.test(step.rest)
    if (hashed || step.rest.includes('<<')) {
      this.#saved(`${step.keyword} ${step.rest}`)
      return
    }
    this.#lines.push(
      `# The files came from the build context or another stage; they are in layer ${this.#layers}.`,
      `${step.keyword} ${literal(oneLine(step.rest, 100_000))}`
    )
  }

  /** The layer itself stands in for what its instruction does not tell. */
  #saved(was: string): void {
    const folder = `layer-${this.#layers}`
    this.#lines.push(
      `# Was: ${oneLine(was, 1000)}`,
      `# Save the files of layer ${this.#layers} to the folder ${folder} beside this file.`,
      `COPY ${folder}/ /`
    )
  }

  #unknown({ created_by, comment, empty_layer }: HistoryEntry): void {
    const was = [created_by, comment].filter((part) => part !== '').join(' — ') || 'nothing is written down'
    if (empty_layer) this.#lines.push(`# Was: ${oneLine(was, 1000)}`)
    else this.#saved(was)
  }
}

/** A line for every instruction that changes the configuration only. */
function lineOf({ keyword, rest }: HistoryStep, { known, healthcheck }: Context): string {
  switch (keyword) {
    case 'CMD':
    case 'ENTRYPOINT':
    case 'SHELL': {
      const words = listIn(rest)
      return words === null ? `${keyword} ${oneLine(rest, 100_000)}` : `${keyword} ${JSON.stringify(words)}`
    }
    case 'VOLUME':
      return `VOLUME ${JSON.stringify(listIn(rest) ?? [rest])}`
    case 'EXPOSE':
      return `EXPOSE ${portsIn(rest)}`
    case 'ENV':
    case 'LABEL': {
      const pairs = pairsIn(rest, known)
      return `${keyword} ${pairs.map(([name, value]) => `${word(name)}=${quoted(value)}`).join(' ')}`
    }
    case 'HEALTHCHECK':
      return `HEALTHCHECK ${healthcheckText(healthcheckIn(rest) ?? healthcheck ?? NO_CHECK)}`
    case 'WORKDIR':
    case 'USER':
    case 'STOPSIGNAL':
      return `${keyword} ${literal(oneLine(rest, 100_000))}`
    default:
      return `${keyword} ${oneLine(rest, 100_000)}`
  }
}

/** `map[443/tcp:{} 80/tcp:{}]`, `[80/tcp]` or plain. */
function portsIn(text: string): string {
  const inner = /^(?:map)?\[(.*)\]$/s.exec(text.trim())?.[1] ?? text
  return oneLine(inner.replaceAll(':{}', '').replaceAll(',', ' '))
}

const NO_CHECK: Healthcheck = { Test: ['NONE'] }

/** `&{["CMD-SHELL" "curl -f …"] "30s" "3s" "0s" "0s" '\x03'}`: Go's print of the structure. */
function healthcheckIn(text: string): Healthcheck | null {
  const match = /^&\{(\[[\s\S]*\])((?:\s+"[^"]*")*)\s+(?:'([^']*)'|%!q\(int=(\d+)\)|(\d+))\}$/.exec(
    text.trim()
  )
  if (match === null) return null
  const durations = [...(match[2] ?? '').matchAll(/"([^"]*)"/g)].map(([, text = '']) => nanoseconds(text))
  const [Interval = 0, Timeout = 0, StartPeriod = 0, StartInterval = 0] = durations
  const Retries = match[3] === undefined ? Number(match[4] ?? match[5]) : runeIn(match[3])
  return { Test: listIn(match[1] ?? '') ?? [], Interval, Timeout, StartPeriod, StartInterval, Retries }
}

/** A small number printed as a character: `'\x03'`, `'\t'`, `'!'`. */
function runeIn(text: string): number {
  const [character = '\0'] = listIn(`["${text.replaceAll('"', '\\"')}"]`) ?? []
  return character.codePointAt(0) ?? 0
}

const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000_000_000,
  m: 60_000_000_000,
  s: 1_000_000_000,
  ms: 1_000_000,
  µs: 1000,
  us: 1000,
  ns: 1
}

function nanoseconds(duration: string): number {
  return [...duration.matchAll(/([\d.]+)(ms|µs|us|ns|h|m|s)/g)].reduce(
    (sum, [, number = '0', unit = 's']) => sum + Number(number) * (UNITS[unit] ?? 0),
    0
  )
}

function healthcheckText(check: Healthcheck): string {
  const [kind, ...words] = check.Test
  if (kind === undefined || kind === 'NONE') return 'NONE'
  const options = [
    ['--interval', check.Interval],
    ['--timeout', check.Timeout],
    ['--start-period', check.StartPeriod],
    ['--start-interval', check.StartInterval]
  ] as const
  const flags = options
    .filter(([, value]) => (value ?? 0) > 0)
    .map(([name, value]) => `${name}=${durationText(value ?? 0)}`)
  if ((check.Retries ?? 0) > 0) flags.push(`--retries=${check.Retries ?? 0}`)
  const command =
    kind === 'CMD-SHELL'
      ? oneLine(words.join(' '), 100_000)
      : JSON.stringify(kind === 'CMD' ? words : check.Test)
  return [...flags, 'CMD', command].join(' ')
}

function durationText(value: number): string {
  const seconds = value / 1_000_000_000
  return Number.isInteger(seconds) ? `${seconds}s` : `${value / 1_000_000}ms`
}

/** RUN with lines: history has them only when the Dockerfile had a heredoc. */
function heredoc(command: string): string[] {
  const lines = command.split('\n')
  let mark = 'EOF'
  for (let i = 1; lines.includes(mark); i++) mark = `EOF${i}`
  return [`RUN <<${mark}`, ...lines, mark]
}

function assignment(pair: string): string {
  const at = pair.indexOf('=')
  return at < 0 ? `${word(pair)}=""` : `${word(pair.slice(0, at))}=${quoted(pair.slice(at + 1))}`
}

/** The history has values with their variables filled in: a dollar that is left is meant. */
function literal(text: string): string {
  return text.replaceAll('$', '\\$')
}

function word(name: string): string {
  return /^[\w./-]+$/.test(name) ? name : quoted(name)
}

function quoted(value: string): string {
  if (/^[\w./:@%+,-]+$/.test(value)) return value
  // A Dockerfile has no way to write a line feed into a value.
  const text = plainText(value)
    .replace(/["\\$]/g, '\\$&')
    .replaceAll('\n', ' ')
  return `"${text}"`
}
