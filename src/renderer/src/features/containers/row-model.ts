/**
 * What the containers table shows of one container, derived once per object: the store keeps the identity of what did
 * not change, so ten thousand rows cost nothing when one of them does. Pure; no Vue.
 */
import {
  allowedActions,
  composeOf,
  containerName,
  exitCode,
  health,
  portText,
  publishedPorts,
  shortId,
  type ContainerState,
  type ContainerSummary,
  type Health,
  type PortSummary
} from '@shared/docker/container'

export interface ContainerRow {
  readonly id: string
  readonly name: string
  /** Orders by name as people count: see {@link naturalKey}. */
  readonly nameKey: string
  readonly state: ContainerState
  readonly exitCode: number | null
  readonly health: Health | null
  /** As the engine names it; a bare image id is shortened. */
  readonly image: string
  readonly project: string | null
  readonly service: string
  /** Published ones, in ascending order. */
  readonly ports: readonly PortSummary[]
  /** Milliseconds since the epoch. */
  readonly created: number
  readonly actions: ReturnType<typeof allowedActions>
  readonly container: ContainerSummary
}

const rows = new WeakMap<ContainerSummary, ContainerRow>()
const haystacks = new WeakMap<ContainerRow, string>()

/** The row of a container; the same object for as long as the container's own object is the same. */
export function containerRow(container: ContainerSummary): ContainerRow {
  const known = rows.get(container)
  if (known !== undefined) return known
  const compose = composeOf(container)
  const name = containerName(container)
  const row: ContainerRow = {
    id: container.Id,
    name,
    nameKey: naturalKey(name),
    state: container.State,
    exitCode: exitCode(container),
    health: health(container),
    image: imageText(container.Image),
    project: compose?.project ?? null,
    service: compose?.service ?? '',
    ports: publishedPorts(container),
    created: container.Created * 1000,
    actions: allowedActions(container.State),
    container
  }
  rows.set(container, row)
  return row
}

/**
 * A key whose plain order is the one people expect: `web-2` before `web-10`, capitals with their small letters. Made once
 * per row, because a collator asked a hundred thousand times is what sorting ten thousand rows would cost.
 */
export function naturalKey(text: string): string {
  return text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'))
}

/** `sha256:…` and bare 64-digit ids (an image whose tag moved on) as the CLI shows them, anything else as it is. */
export function imageText(image: string): string {
  return /^(sha256:)?[0-9a-f]{64}$/.test(image) ? shortId(image) : image
}

/** Whether every word of the search is in the row's name, image, id, ports, state or `key=value` labels. */
export function matches(row: ContainerRow, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const haystack = searchText(row)
  return words.every((word) => haystack.includes(word))
}

/** The words of what was typed, as {@link matches} wants them. */
export function searchWords(search: string): readonly string[] {
  return search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}

function searchText(row: ContainerRow): string {
  const known = haystacks.get(row)
  if (known !== undefined) return known
  const { container } = row
  const ports = container.Ports.map(
    (port) => `${portText(port)} ${port.PublicPort ?? ''}:${port.PrivatePort}`
  )
  const labels = Object.entries(container.Labels).map(([key, value]) => `${key}=${value}`)
  const text = [
    row.name,
    row.image,
    container.Image,
    container.ImageID,
    row.id,
    row.state,
    ...ports,
    ...labels
  ]
    .join('\n')
    .toLowerCase()
  haystacks.set(row, text)
  return text
}

/** The port to open in the browser: the lowest published TCP one; null when there is none. */
export function openablePort(row: ContainerRow): PortSummary | null {
  return row.ports.find((port) => port.Type === 'tcp') ?? null
}
