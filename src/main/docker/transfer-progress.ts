/**
 * What the engine says line by line while it pulls or pushes, as the state of every layer, with speed and time left.
 * Pure; called by image-transfers.ts. The classic and the containerd image store use the same words, not the same lines:
 * a store may say nothing of a layer between its first and its last word.
 */
import type { Transfer, TransferLayer } from '@shared/contract/tasks'
import { oneLine } from '@shared/docker/text'
import type { ProgressLine } from './images'

interface Sample {
  readonly at: number
  readonly bytes: number
}

export interface TransferState {
  readonly layers: ReadonlyMap<string, TransferLayer>
  /** Bytes that have come or gone, over the last seconds. */
  readonly samples: readonly Sample[]
  readonly message: string
}

export const NO_TRANSFER: TransferState = { layers: new Map(), samples: [], message: '' }

/** More layers than an image can have; a registry that names more is not followed further. */
const MAX_LAYERS = 1000
/** The speed is that of the last seconds. */
const WINDOW_MS = 5000
const SAMPLE_EVERY_MS = 250
/** No speed is told of less time than this. */
const SHORTEST_MS = 500

const WORDS: ReadonlyMap<string, TransferLayer['state']> = new Map([
  ['Pulling fs layer', 'Waiting'],
  ['Preparing', 'Waiting'],
  ['Waiting', 'Waiting'],
  ['Downloading', 'Downloading'],
  ['Verifying Checksum', 'Verifying'],
  ['Download complete', 'Download complete'],
  ['Extracting', 'Extracting'],
  ['Pull complete', 'Pull complete'],
  ['Already exists', 'Already exists'],
  ['Pushing', 'Pushing'],
  ['Pushed', 'Pushed'],
  ['Layer already exists', 'Layer already exists']
])
const MOVING = new Set<TransferLayer['state']>(['Downloading', 'Pushing'])
const UNMOVED = new Set<TransferLayer['state']>(['Waiting', 'Retrying'])
/** Nothing more comes or goes of these; every state that is not listed has its bytes behind it. */
const NEVER_MOVED = new Set<TransferLayer['state']>([
  'Already exists',
  'Layer already exists',
  'Mounted from'
])

function stateOf(status: string): TransferLayer['state'] | undefined {
  if (status.startsWith('Mounted from')) return 'Mounted from'
  if (status.startsWith('Retrying in')) return 'Retrying'
  return WORDS.get(status)
}

/** The state after one more line, at a time in milliseconds. */
export function advance(before: TransferState, line: ProgressLine, now: number): TransferState {
  const status = line.status ?? ''
  const state = stateOf(status)
  const message = status === '' ? before.message : oneLine(status, 300)
  if (line.id === undefined || state === undefined) return { ...before, message }
  const known = before.layers.get(line.id)
  if (known === undefined && before.layers.size >= MAX_LAYERS) return { ...before, message }
  const layer = nextLayer(known, { id: oneLine(line.id, 80), state, detail: line.progressDetail ?? {} })
  const layers = new Map(before.layers).set(line.id, layer)
  return { layers, samples: sampled(before.samples, moved(layers), now), message }
}

function nextLayer(
  known: TransferLayer | undefined,
  news: {
    readonly id: string
    readonly state: TransferLayer['state']
    readonly detail: NonNullable<ProgressLine['progressDetail']>
  }
): TransferLayer {
  const { id, state, detail } = news
  const total = known?.total ?? 0
  if (MOVING.has(state)) {
    const current = amount(detail.current)
    // A classic push counts the bytes of the tar around the files too: they can be more than the layer's size.
    return { id, state, current, total: Math.max(amount(detail.total) || total, current) }
  }
  // A layer that starts over has lost what it had.
  if (UNMOVED.has(state)) return { id, state, current: 0, total }
  if (NEVER_MOVED.has(state)) return { id, state, current: 0, total: 0 }
  // Extracting is counted by the classic store in bytes of the same layer, by containerd in seconds: neither moves anything.
  return { id, state, current: total, total }
}

function amount(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value > 0 ? value : 0
}

function moved(layers: ReadonlyMap<string, TransferLayer>): number {
  let bytes = 0
  for (const layer of layers.values()) bytes += layer.current
  return bytes
}

function sampled(samples: readonly Sample[], bytes: number, now: number): readonly Sample[] {
  const last = samples.at(-1)
  // A layer that started over, or a clock that was set back, makes what was measured worthless.
  if (last !== undefined && (bytes < last.bytes || now < last.at)) return [{ at: now, bytes }]
  if (last !== undefined && now - last.at < SAMPLE_EVERY_MS) return samples
  return [...samples.filter((sample) => now - sample.at <= WINDOW_MS), { at: now, bytes }]
}

/** What the page is told of it. */
export function transferOf({ layers, samples }: TransferState): Transfer {
  const list = [...layers.values()]
  const current = moved(layers)
  const total = list.reduce((sum, layer) => sum + layer.total, 0)
  const bytesPerSecond = list.some((layer) => MOVING.has(layer.state)) ? speed(samples) : null
  // As long as a layer has not said how large it is, what is left is not known.
  const all = list.every((layer) => !UNMOVED.has(layer.state) || layer.total > 0)
  const secondsLeft =
    bytesPerSecond !== null && bytesPerSecond > 0 && all && total > 0
      ? Math.ceil((total - current) / bytesPerSecond)
      : null
  return { layers: list, current, total, bytesPerSecond, secondsLeft }
}

function speed(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined || last.at - first.at < SHORTEST_MS) return null
  return Math.round(((last.bytes - first.bytes) * 1000) / (last.at - first.at))
}
