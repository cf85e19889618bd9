/** Blocks of `Key: value` lines with blank lines between, as Debian control files and Python's metadata have them. */

/** Longer values are cut: no field that is read is near this. */
const MAX_VALUE = 2000

/**
 * The fields of each block by name. A line that begins with a blank goes on with the field before it. Only `wanted` fields
 * are kept; of one that comes several times, every value.
 */
export function* stanzas(
  text: string,
  wanted: ReadonlySet<string>
): Generator<ReadonlyMap<string, readonly string[]>, void, undefined> {
  let fields = new Map<string, string[]>()
  let current: string[] | null = null
  let any = false
  for (const line of lines(text)) {
    if (line.trim() === '') {
      if (any) yield fields
      fields = new Map()
      current = null
      any = false
      continue
    }
    any = true
    if (line.startsWith(' ') || line.startsWith('\t')) {
      const value = current?.at(-1)
      if (value !== undefined && value.length < MAX_VALUE)
        current?.splice(-1, 1, `${value}\n${line.trim().slice(0, MAX_VALUE)}`)
      continue
    }
    current = fieldOf(line, fields, wanted)
  }
  if (any) yield fields
}

function fieldOf(line: string, fields: Map<string, string[]>, wanted: ReadonlySet<string>): string[] | null {
  const colon = line.indexOf(':')
  const name = colon < 0 ? '' : line.slice(0, colon)
  if (!wanted.has(name)) return null
  const values = fields.get(name) ?? []
  fields.set(name, values)
  values.push(line.slice(colon + 1, colon + 1 + MAX_VALUE).trim())
  return values
}

/** Lines one by one: a database of many megabytes is not split at once. */
export function* lines(text: string): Generator<string, void, undefined> {
  let start = 0
  while (start < text.length) {
    const end = text.indexOf('\n', start)
    const line = text.slice(start, end < 0 ? text.length : end)
    yield line.endsWith('\r') ? line.slice(0, -1) : line
    if (end < 0) return
    start = end + 1
  }
}
