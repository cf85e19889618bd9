/**
 * `-p` values as `docker run` reads them (docker/go-connections nat), but strict about what the engine would take and turn
 * into something else. Pure; used by run-options.
 */

export interface PortBinding {
  /** As the API spells it: `80/tcp`. */
  readonly containerPort: string
  /** Empty: all addresses. */
  readonly hostIp: string
  /** Empty: the engine chooses. `8000-8010`: it chooses one of these. */
  readonly hostPort: string
}

export type PortsResult =
  | { readonly ok: true; readonly bindings: readonly PortBinding[] }
  | { readonly ok: false; readonly message: string }

interface Range {
  readonly first: number
  readonly last: number
}

const PROTOCOLS = new Set(['tcp', 'udp', 'sctp'])

/** Reads one value: `[address:][host-port]:container-port[/protocol]`, IPv6 in brackets, ranges of equal length. */
export function parsePublish(text: string): PortsResult {
  if (text === '') return no('A port is needed, for example 8080:80.')
  if (/\s/.test(text)) return no('A port has no spaces.')
  const split = splitSpec(text)
  if (split === null) return no('Write it as host-port:container-port; an IPv6 address stands in brackets.')
  const { hostIp, hostPort, containerPort, protocol } = split
  if (!PROTOCOLS.has(protocol)) return no('The protocol is tcp, udp or sctp.')
  if (hostIp !== '' && !isIPv4(hostIp) && !isIPv6(hostIp)) return no(`${hostIp} is not an IP address.`)
  const inside = parseRange(containerPort)
  if (inside === null) return no('The container’s port is a whole number from 1 to 65535, or a range.')
  const outside = hostPort === '' ? null : parseRange(hostPort)
  if (hostPort !== '' && outside === null)
    return no('The host’s port is a whole number from 1 to 65535, or a range.')
  return bindings(hostIp, outside, inside, protocol)
}

function no(message: string): PortsResult {
  return { ok: false, message }
}

function splitSpec(
  text: string
): { hostIp: string; hostPort: string; containerPort: string; protocol: string } | null {
  const match = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(?:([^:]*):)?([^:/]+)(?:\/([^/]*))?$/.exec(text)
  if (match === null) return null
  const [, v6, first, second, containerPort = '', protocol] = match
  const plain = { containerPort, protocol: protocol === undefined ? 'tcp' : protocol.toLowerCase() }
  if (v6 !== undefined)
    return second === undefined || !isIPv6(v6) ? null : { ...plain, hostIp: v6, hostPort: second }
  // One part before the container's port is the host's port, two are address and port.
  return second === undefined
    ? { ...plain, hostIp: '', hostPort: first ?? '' }
    : { ...plain, hostIp: first ?? '', hostPort: second }
}

function bindings(hostIp: string, outside: Range | null, inside: Range, protocol: string): PortsResult {
  const count = inside.last - inside.first
  if (outside !== null && outside.last - outside.first !== count && count > 0) {
    return no('The two port ranges have different lengths.')
  }
  const list: PortBinding[] = []
  for (let offset = 0; offset <= count; offset += 1) {
    list.push({
      containerPort: `${inside.first + offset}/${protocol}`,
      hostIp,
      hostPort: hostPortText(outside, offset, count)
    })
  }
  return { ok: true, bindings: list }
}

function hostPortText(outside: Range | null, offset: number, count: number): string {
  if (outside === null) return ''
  const isChoice = count === 0 && outside.last > outside.first
  return isChoice ? `${outside.first}-${outside.last}` : String(outside.first + offset)
}

function parseRange(text: string): Range | null {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (match === null) return null
  const first = Number(match[1])
  const last = match[2] === undefined ? first : Number(match[2])
  return first >= 1 && last <= 65535 && first <= last ? { first, last } : null
}

/** Four decimal numbers of 0 to 255 without leading zeros. */
export function isIPv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

/** Eight groups, or fewer with one `::`; the last two may be an IPv4 address. No zone. */
export function isIPv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const tail = groups.at(-1)
  let count = groups.length
  if (tail?.includes('.') === true) {
    if (!isIPv4(tail)) return false
    groups.pop()
    count += 1
  }
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false
  return halves.length === 2 ? count <= 7 : count === 8
}
