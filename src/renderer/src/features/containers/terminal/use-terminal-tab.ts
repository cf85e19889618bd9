/**
 * What the terminal tab does: opens what is asked for and remembers it for the container. Sessions belong to main.
 */
import { shallowRef } from 'vue'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'
import type { TerminalSize } from '@shared/contract/exec'
import type { ContainerTabProps } from '../container-tabs'
import { rememberChoice, toOptions, type ExecForm } from './exec-form'
import { useFirstTerminal } from './use-first-terminal'
import { useSessions } from './use-sessions'
import { useShells } from './use-shells'

const FIRST_SIZE: TerminalSize = { columns: 80, rows: 24 }

export function useTerminalTab(props: ContainerTabProps) {
  const size = shallowRef(FIRST_SIZE)
  const dialog = shallowRef(false)
  const sessions = useSessions(
    () => props.id,
    () => size.value
  )
  const shells = useShells(() => props.id)
  const verb = useAction((work: () => Promise<void>) => work())
  const usable = (): boolean => !props.removed && props.row.state === 'running'

  async function openChoice(): Promise<string | undefined> {
    const choice = shells.choice.value
    if (choice === null) return undefined
    return await sessions.open(toOptions({ ...choice, env: [] }))
  }

  const first = useFirstTerminal({ usable, sessions, shells, openChoice })

  async function submit(form: ExecForm): Promise<void> {
    const id = await sessions.open(toOptions(form))
    if (id === undefined) return
    dialog.value = false
    rememberChoice(props.id, form)
    shells.chosen()
  }

  function showForm(): void {
    sessions.clearError()
    void shells.look()
    dialog.value = true
  }

  return {
    sessions,
    shells,
    dialog,
    size,
    openChoice: () => void openChoice(),
    submit,
    showForm,
    used: first.used,
    start: () => void verb.run(() => api.containers.start({ id: props.id })),
    unpause: () => void verb.run(() => api.containers.unpause({ id: props.id })),
    verb
  }
}
