/**
 * The shell that opens by itself when the tab is first looked at: most who come want just that. It costs the container a
 * process, so one into which nothing was ever typed goes when its page does (docs/decisions/0412).
 */
import { onActivated, onBeforeUnmount, onDeactivated, onMounted, watch } from 'vue'
import type { TerminalSession } from '@shared/contract/exec'
import { isShell } from './exec-form'
import { closeUnseen } from './leaving-sessions'
import type { Sessions } from './use-sessions'
import type { Shells } from './use-shells'

export interface FirstTerminalParts {
  /** Whether a terminal can be opened now. */
  readonly usable: () => boolean
  readonly sessions: Sessions
  readonly shells: Shells
  readonly openChoice: () => Promise<string | undefined>
}

export function useFirstTerminal({ usable, sessions, shells, openChoice }: FirstTerminalParts) {
  let shown = true
  let tried = false
  let closed = false
  /** The session that was opened here, until something is typed into it. */
  let unused: string | null = null

  /** Asked through a function because the compiler holds that a variable cannot change across an `await`. */
  const isClosed = (): boolean => closed

  async function open(): Promise<void> {
    if (tried || !shown || !usable() || !sessions.loaded.value) return
    tried = true
    await shells.look()
    if (isClosed() || sessions.list.value.length > 0 || !usable()) return
    // Looking at a tab runs a shell and nothing else, whatever was run here before.
    if (!isShell(shells.choice.value, shells.shells.value ?? [])) return
    unused = (await openChoice()) ?? null
    if (isClosed()) closeUnused()
  }

  function closeUnused(): void {
    if (unused !== null) closeUnseen(unused)
  }

  watch([usable, sessions.loaded], () => void open())
  onMounted(() => void open())
  onActivated(() => {
    shown = true
    void open()
  })
  onDeactivated(() => (shown = false))
  onBeforeUnmount(() => {
    closed = true
    closeUnused()
  })

  return {
    /** Something was typed: the session stays when the page closes. */
    used: (session: TerminalSession): void => {
      if (session.Id === unused) unused = null
    }
  }
}
