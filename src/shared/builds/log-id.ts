/** The id under which `logs.watch` reads a build's lines: those of one step, or all. Pure. */
export function buildLogId(id: string, step?: number): string {
  return step === undefined ? `build:${id}` : `build:${id}:${step}`
}
