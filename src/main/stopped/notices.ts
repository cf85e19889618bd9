/**
 * What is worth telling the user of the engine's events: a container died by itself, became unhealthy, ran out of memory.
 * It hears events only and reads nothing, so it costs nothing while the window is hidden. What happens within a moment is
 * told at once, and one that goes on dying is told of once.
 */
import type { NotificationKinds } from '@shared/contract/settings'
import { exitWords } from '@shared/docker/exit-code'
import { oneLine } from '@shared/docker/text'
import type { EngineEvent } from '../docker/events'
import { wasWished, type Endings } from './endings'

export type NoticeKind = keyof NotificationKinds

export interface Notice {
  readonly kind: NoticeKind
  readonly id: string
  readonly name: string
  /** null unless it died. */
  readonly exitCode: number | null
  /** It died after the kernel said that memory ran out. */
  readonly oom: boolean
}

export interface Notification {
  readonly title: string
  readonly body: string
  /** The page's address that a click leads to. */
  readonly path: string
}

/** How long to wait for more that belongs together: the `stop` after a `die`, the other containers of a project. */
const GATHER_MS = 1500
/** So long after the first of them it is told in any case. */
const MOST_GATHER_MS = 6000
/** A container that keeps dying is told of again only after so long a silence. */
const SILENCE_MS = 5 * 60_000
const NAMED = 5
const MOST_REMEMBERED = 1000

export interface NoticesOptions {
  readonly endings: Endings
  /** Read when something is to be told, so that a switch takes effect at once. */
  readonly wanted: () => NotificationKinds
  readonly show: (notification: Notification) => void
}

export class Notices {
  readonly #options: NoticesOptions
  readonly #pending = new Map<string, Notice>()
  /** When a container was last heard of with this kind, by the engine's clock. */
  readonly #told = new Map<string, number>()
  #timer: NodeJS.Timeout | null = null
  /** When the first of what is gathered came. */
  #since = 0

  constructor(options: NoticesOptions) {
    this.#options = options
  }

  /** Takes one event, after `endings` has taken it. */
  take(event: EngineEvent): void {
    if (event.type !== 'container') return
    // It may be told only after the death it explains.
    if (event.action === 'stop') this.#forget(`died ${event.id}`)
    const notice = noticeOf(event, this.#options.endings)
    if (notice === null) return
    this.#pending.set(`${notice.kind} ${notice.id}`, notice)
    this.#remember(notice, event.timeMs)
  }

  /** The engine stops or is another one: what was about to be told is its business. */
  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#pending.clear()
  }

  #remember({ kind, id }: Notice, timeMs: number): void {
    const key = `${kind} ${id}`
    const before = this.#told.get(key)
    this.#told.delete(key)
    this.#told.set(key, timeMs)
    const [oldest] = this.#told.keys()
    if (this.#told.size > MOST_REMEMBERED && oldest !== undefined) this.#told.delete(oldest)
    if (before !== undefined && timeMs - before < SILENCE_MS) this.#pending.delete(key)
    else this.#gather()
  }

  /** Waits a moment after each that comes, but not for ever. */
  #gather(): void {
    const now = performance.now()
    if (this.#timer === null) this.#since = now
    else clearTimeout(this.#timer)
    const wait = Math.min(GATHER_MS, this.#since + MOST_GATHER_MS - now)
    this.#timer = setTimeout(() => this.#tell(), Math.max(0, wait))
  }

  #forget(key: string): void {
    if (this.#pending.delete(key)) this.#told.delete(key)
  }

  #tell(): void {
    this.#timer = null
    const { wanted, show } = this.#options
    const kinds = wanted()
    const notices = [...this.#pending.values()]
    this.#pending.clear()
    // Memory says more than the death it brings.
    const shown = notices.filter(
      ({ kind, oom }) => kinds[kind] && !(kind === 'died' && oom && kinds.outOfMemory)
    )
    if (shown.length > 0) show(notificationOf(shown))
  }
}

function noticeOf({ action, detail, id, attributes }: EngineEvent, endings: Endings): Notice | null {
  const name = oneLine(attributes['name'] ?? '', 80) || id.slice(0, 12)
  const notice = { id, name, exitCode: null, oom: false }
  if (action === 'oom') return { ...notice, kind: 'outOfMemory' }
  if (action === 'health_status') return detail === 'unhealthy' ? { ...notice, kind: 'unhealthy' } : null
  if (action !== 'die') return null
  const exitCode = Number(attributes['exitCode'] ?? '0')
  const ending = endings.get(id)
  // A job that is done is no news, and neither is what somebody wished.
  if (exitCode === 0 || (ending !== null && wasWished(ending))) return null
  return { ...notice, kind: 'died', exitCode, oom: ending?.oom === true }
}

const ONE: Readonly<Record<NoticeKind, string>> = {
  died: 'stopped by itself',
  unhealthy: 'is unhealthy',
  outOfMemory: 'ran out of memory'
}
const MANY: Readonly<Record<NoticeKind, string>> = {
  died: 'containers stopped by themselves',
  unhealthy: 'containers are unhealthy',
  outOfMemory: 'containers ran out of memory'
}
const BODY: Readonly<Record<NoticeKind, string>> = {
  died: '',
  unhealthy: 'Its health check fails.',
  outOfMemory: 'A process in it was killed by the kernel.'
}

/** One notification for all of them. */
export function notificationOf(notices: readonly Notice[]): Notification {
  const [first] = notices
  if (first !== undefined && notices.length === 1) {
    const tab = first.kind === 'unhealthy' ? '/health' : ''
    return {
      title: `${first.name} ${ONE[first.kind]}`,
      body: first.exitCode === null ? BODY[first.kind] : `${exitWords(first.exitCode)}.`,
      path: `/containers/${first.id}${tab}`
    }
  }
  const kinds = new Set(notices.map(({ kind }) => kind))
  const names = [...new Set(notices.map(({ name }) => name))]
  const rest = names.length - NAMED
  const only = kinds.size === 1 && first !== undefined ? MANY[first.kind] : 'containers need a look'
  const ids = new Set(notices.map(({ id }) => id))
  return {
    title: ids.size === 1 ? `${first?.name ?? ''} needs a look` : `${ids.size} ${only}`,
    body: `${names.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
    path: ids.size === 1 ? `/containers/${first?.id ?? ''}` : '/containers'
  }
}
