/**
 * JSON values out of a byte stream, one a line (events, stats, progress). Called by the noun files.
 * Chunk boundaries fall anywhere, inside a character too; a broken line is skipped, never fatal.
 */

/** A longer line than this is not one of the engine's; it is dropped instead of growing memory without bound. */
const MAX_LINE = 8 * 1024 * 1024

/** Yields each parsed line. Leaving the loop closes the source. */
export async function* jsonLines(
  source: AsyncIterable<Uint8Array>
): AsyncGenerator<unknown, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of source) {
    rest += decoder.decode(chunk, { stream: true })
    let start = 0
    for (let end = rest.indexOf('\n', start); end >= 0; end = rest.indexOf('\n', start)) {
      yield* parsed(rest.slice(start, end))
      start = end + 1
    }
    rest = rest.slice(start)
    if (rest.length > MAX_LINE) rest = ''
  }
  yield* parsed(rest + decoder.decode())
}

function* parsed(line: string): Generator<unknown, void, undefined> {
  if (line.trim() === '') return
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return
  }
  yield value
}
