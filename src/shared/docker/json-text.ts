/**
 * JSON as text, laid out as `docker inspect` lays it out, with every number and every key exactly as the engine wrote it:
 * parsing and printing again would reorder keys that look like numbers and round large ones. Pure; used by handlers and views.
 */

/** What stands for a string value; null leaves it as it is. `path` is only valid during the call. */
export type Replace = (
  path: readonly (string | number)[],
  value: string,
  before: string | undefined
) => string | null

interface Level {
  readonly close: '}' | ']'
  key: string | number
  empty: boolean
  before: string | undefined
}

const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/gy
const BLANK = /\s*/y

/**
 * The text with one value a line, indented by `indent`, as Go's json.Indent does; empty objects and lists stay closed.
 * What is no JSON comes back unchanged.
 */
export function layOutJson(source: string, indent = '    ', replace: Replace = () => null): string {
  const layout = new Layout(indent, replace)
  let at = 0
  while ((at = skipBlanks(source, at)) < source.length) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(source)?.[0]
    if (token === undefined || !layout.take(token)) return source
    at += token.length
  }
  return layout.text
}

function skipBlanks(source: string, at: number): number {
  BLANK.lastIndex = at
  return at + (BLANK.exec(source)?.[0].length ?? 0)
}

class Layout {
  readonly #indent: string
  readonly #replace: Replace
  readonly #out: string[] = []
  readonly #levels: Level[] = []
  #awaitsKey = false

  constructor(indent: string, replace: Replace) {
    this.#indent = indent
    this.#replace = replace
  }

  get text(): string {
    return this.#out.join('')
  }

  /** False when the token cannot stand here. */
  take(token: string): boolean {
    const level = this.#levels.at(-1)
    if (token === '{' || token === '[') return this.#open(token)
    if (token === '}' || token === ']') return this.#close(token, level)
    if (token === ',') return this.#next(level)
    if (token === ':') return this.#colon(level)
    return this.#value(token, level)
  }

  #open(token: '{' | '['): boolean {
    this.#begin()
    this.#out.push(token)
    const list = token === '['
    this.#levels.push({ close: list ? ']' : '}', key: list ? 0 : '', empty: true, before: undefined })
    this.#awaitsKey = !list
    return true
  }

  #close(token: string, level: Level | undefined): boolean {
    if (level?.close !== token) return false
    this.#levels.pop()
    if (!level.empty) this.#line()
    this.#out.push(token)
    this.#awaitsKey = false
    return true
  }

  #next(level: Level | undefined): boolean {
    if (level === undefined) return false
    this.#out.push(',')
    this.#line()
    if (typeof level.key === 'number') level.key += 1
    else this.#awaitsKey = true
    return true
  }

  #colon(level: Level | undefined): boolean {
    if (level === undefined || this.#awaitsKey || level.close !== '}') return false
    this.#out.push(': ')
    return true
  }

  #value(token: string, level: Level | undefined): boolean {
    this.#begin()
    if (this.#awaitsKey && level !== undefined) {
      const key = parsedString(token)
      if (key === null) return false
      level.key = key
      this.#awaitsKey = false
      this.#out.push(token)
      return true
    }
    const value = token.startsWith('"') ? parsedString(token) : null
    const other =
      value === null
        ? null
        : this.#replace(
            this.#levels.map(({ key }) => key),
            value,
            level?.before
          )
    if (level !== undefined) level.before = value ?? undefined
    this.#out.push(other === null ? token : JSON.stringify(other))
    return true
  }

  /** The first thing in an object or list begins a line of its own. */
  #begin(): void {
    const level = this.#levels.at(-1)
    if (level?.empty !== true) return
    level.empty = false
    this.#line()
  }

  #line(): void {
    this.#out.push('\n', this.#indent.repeat(this.#levels.length))
  }
}

function parsedString(token: string): string | null {
  try {
    const value: unknown = JSON.parse(token)
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}
