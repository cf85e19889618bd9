/** Text of several lines pasted into a list of one-line fields, for example a `.env` file: a line for each. */

/** The lines that hold something; empty ones and those that start with `#` are left out, as in `docker run --env-file`. */
export function pastedLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
}
