/** The comma-separated fields of options such as `--output` and `--secret`, quoted as Go's encoding/csv does. Pure. */

/** The fields; null when a quote is not closed. */
export function csvFields(line: string): string[] | null {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (line[at] === '"') {
      const quoted = /"((?:[^"]|"")*)"(?=,|$)/y
      quoted.lastIndex = at
      const match = quoted.exec(line)
      if (match === null) return null
      fields.push((match[1] ?? '').replaceAll('""', '"'))
      at = quoted.lastIndex
    } else {
      const comma = line.indexOf(',', at)
      fields.push(line.slice(at, comma < 0 ? line.length : comma))
      at = comma < 0 ? line.length : comma
    }
    if (at >= line.length) return fields
    at += 1
  }
}

/** One field, quoted where it has to be. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) || text.startsWith(' ') ? `"${text.replaceAll('"', '""')}"` : text
}
