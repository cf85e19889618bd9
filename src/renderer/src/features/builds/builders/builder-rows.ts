/** Builders as lines of their table. Pure; no Vue. */
import type { StateTone } from '@/components/state-tone'
import type { TableColumn } from '@/components/table-types'
import type { Builder } from '@shared/contract/builders'

export const BUILDER_COLUMNS: readonly TableColumn[] = [
  { key: 'name', label: 'Name', width: 'minmax(120px, 2fr)', rowHeader: true },
  { key: 'state', label: 'State', width: '112px' },
  { key: 'driver', label: 'Driver', width: '130px', hideBelow: 560 },
  { key: 'version', label: 'BuildKit', width: '120px', hideBelow: 700 },
  { key: 'nodes', label: 'Nodes', width: '60px', align: 'end', hideBelow: 860 },
  { key: 'platforms', label: 'Platforms', width: 'minmax(120px, 2fr)', hideBelow: 640 },
  { key: 'actions', label: 'Actions', width: '108px', hideLabel: true, align: 'end' }
]

/**
 * The builder of an engine is the engine: it is neither stopped nor removed here. That of a docker context that cannot be
 * reached has no driver; every other one has.
 */
export const isEngines = ({ driver }: Builder): boolean => driver === 'docker' || driver === ''

export interface BuilderState {
  readonly word: string
  readonly tone: StateTone
  readonly title: string
}

/** The worst of its nodes says it. */
export function builderState({ error, nodes }: Builder): BuilderState {
  const problem = error || (nodes.find((node) => node.error !== '')?.error ?? '')
  if (problem !== '') return { word: 'Error', tone: 'danger', title: problem }
  const states = new Set(nodes.map(({ status }) => status))
  if (states.size === 1 && states.has('running')) return { word: 'Running', tone: 'ok', title: '' }
  if (states.has('running')) return { word: 'Partly running', tone: 'warn', title: [...states].join(', ') }
  const [first = ''] = states
  return { word: WORDS[first] ?? (first || 'Unknown'), tone: 'neutral', title: '' }
}

const WORDS: Readonly<Record<string, string>> = {
  inactive: 'Not started',
  stopped: 'Stopped',
  starting: 'Starting',
  stopping: 'Stopping'
}

/** Each once, in the order in which they are told. */
export function platformsOf({ nodes }: Builder): readonly string[] {
  return [...new Set(nodes.flatMap(({ platforms }) => platforms))]
}

export function versionsOf({ nodes }: Builder): string {
  return [...new Set(nodes.map(({ version }) => version).filter((version) => version !== ''))].join(', ')
}
