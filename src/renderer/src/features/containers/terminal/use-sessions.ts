/** The terminal sessions of one container as main lists them, and what can be done with them. */
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'
import { useStream } from '@/composables/use-stream'
import type { TerminalSession, TerminalSize } from '@shared/contract/exec'
import type { AppError } from '@shared/errors'
import { applyChange } from '@shared/patch'
import type { FormOptions } from './exec-form'
import { isLeaving } from './leaving-sessions'

export interface Sessions {
  readonly list: ComputedRef<readonly TerminalSession[]>
  /** True once main has told what there is. */
  readonly loaded: ShallowRef<boolean>
  readonly selected: ShallowRef<string | null>
  readonly current: ComputedRef<TerminalSession | null>
  readonly pending: ComputedRef<boolean>
  readonly error: ComputedRef<AppError | null>
  readonly clearError: () => void
  /** Each answers the new session's id, undefined when it failed: `error` says why. */
  readonly open: (options: FormOptions) => Promise<string | undefined>
  readonly attach: () => Promise<string | undefined>
  readonly again: (session: TerminalSession) => Promise<string | undefined>
  readonly close: (session: TerminalSession) => Promise<void>
}

export function useSessions(containerId: () => string, size: () => TerminalSize): Sessions {
  const all = shallowRef<ReadonlyMap<string, TerminalSession>>(new Map())
  const loaded = shallowRef(false)
  const selected = shallowRef<string | null>(null)
  useStream(
    () => api.exec.watch(),
    (change) => {
      all.value = applyChange(all.value, change)
      loaded.value = true
    }
  )
  const list = computed(() =>
    [...all.value.values()]
      .filter((session) => session.containerId === containerId() && !isLeaving(session.Id))
      .sort((a, b) => a.startedAt - b.startedAt)
  )
  // One that was just opened is selected before main has listed it.
  watch(list, (now, before) => {
    const at = before.findIndex(({ Id }) => Id === selected.value)
    const lost = at !== -1 && !now.some(({ Id }) => Id === selected.value)
    if (lost || selected.value === null) selected.value = (now[at] ?? now.at(-1))?.Id ?? null
  })
  const opening = useAction((work: () => Promise<{ sessionId: string }>) => work())
  const closing = useAction((session: TerminalSession) => api.exec.close({ sessionId: session.Id }))

  /** Counts what was asked for: an answer that comes after the next question selects nothing. */
  let asked = 0

  async function select(work: () => Promise<{ sessionId: string }>): Promise<string | undefined> {
    asked += 1
    const mine = asked
    const opened = await opening.run(work)
    if (opened !== undefined && mine === asked) selected.value = opened.sessionId
    return opened?.sessionId
  }

  return {
    list,
    loaded,
    selected,
    current: computed(() => list.value.find(({ Id }) => Id === selected.value) ?? null),
    pending: computed(() => opening.pending.value || closing.pending.value),
    error: computed(() => opening.error.value ?? closing.error.value),
    clearError() {
      opening.clear()
      closing.clear()
    },
    open: (options) => select(() => api.exec.open({ id: containerId(), ...options, size: size() })),
    attach: () => select(() => api.exec.attach({ id: containerId(), size: size() })),
    again: ({ Id }) => select(() => api.exec.again({ sessionId: Id, size: size() })),
    async close(session) {
      await closing.run(session)
    }
  }
}
