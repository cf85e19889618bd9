/**
 * What an event of the engine means for what is shown: which rows are no longer true. Pure; called by session.ts for every
 * event as it arrives, so it must stay cheap.
 */
import type { ContainerState } from '@shared/docker/container'
import type { EngineEvent } from '../docker/events'

export interface Effects {
  /** The container whose row has to be read again. */
  readonly container?: string
  /** The states its row can have now; the list may say so a moment later than the event. */
  readonly states?: readonly ContainerState[]
  /** The container that is gone; its id never comes back. */
  readonly removedContainer?: string
  /** The image list has to be read again: image events name tags, not rows. */
  readonly images?: true
  /** `docker info` says something else now. */
  readonly info?: true
}

const NONE: Effects = {}

/** What a container does without changing its row. A `kill` is followed by `die` when it changes anything. */
const QUIET_CONTAINER_ACTIONS = new Set([
  'exec_create',
  'exec_start',
  'exec_detach',
  'exec_die',
  'attach',
  'detach',
  'resize',
  'top',
  'export',
  'copy',
  'archive-path',
  'extract-to-dir',
  'kill',
  'oom',
  'prune'
])

const STATES_AFTER: Readonly<Record<string, readonly ContainerState[]>> = {
  start: ['running'],
  pause: ['paused'],
  unpause: ['running'],
  die: ['exited', 'dead', 'restarting', 'removing']
}

const QUIET_IMAGE_ACTIONS = new Set(['save', 'push', 'prune'])

export function effectsOf(event: EngineEvent): Effects {
  switch (event.type) {
    case 'container':
      return containerEffects(event)
    case 'image':
      return QUIET_IMAGE_ACTIONS.has(event.action) ? NONE : { images: true, info: true }
    case 'plugin':
    case 'daemon':
    case 'node':
      return { info: true }
    default:
      return NONE
  }
}

function containerEffects({ action, id }: EngineEvent): Effects {
  if (action === 'destroy') return { removedContainer: id, info: true }
  // A commit makes an image and says so only here when the image gets no tag.
  if (action === 'commit') return { images: true, info: true }
  if (QUIET_CONTAINER_ACTIONS.has(action)) return NONE
  if (action === 'health_status' || action === 'rename' || action === 'update') return { container: id }
  const states = Object.hasOwn(STATES_AFTER, action) ? STATES_AFTER[action] : undefined
  return { container: id, info: true, ...(states === undefined ? {} : { states }) }
}
