/** `nofile=1024:4096`, as `docker build --ulimit` takes it (docker/go-units ulimit.go). Pure. */

export interface Ulimit {
  readonly Name: string
  readonly Soft: number
  readonly Hard: number
}

/** One number is both; null for what is none. */
export function parseUlimit(line: string): Ulimit | null {
  const [matched, name = '', soft = '', hard] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(line) ?? []
  if (matched === undefined) return null
  return { Name: name, Soft: Number(soft), Hard: Number(hard ?? soft) }
}
