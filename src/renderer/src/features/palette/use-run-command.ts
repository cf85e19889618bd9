/** Runs a command of the palette. By then the palette is closed, so a failure is shown as a toast. */
import { useRouter } from 'vue-router'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'
import { useEngineStore } from '@/stores/engine'
import { useSettingsStore } from '@/stores/settings'
import type { PaletteCommand } from './palette-entries'

export function useRunCommand(): (command: PaletteCommand) => void {
  const router = useRouter()
  const engine = useEngineStore()
  const settings = useSettingsStore()

  const { run } = useAction(
    async (command: PaletteCommand) => {
      switch (command.type) {
        case 'open':
          await router.push(command.path)
          return
        case 'container':
          await api.containers[command.verb]({ id: command.id })
          return
        case 'engine':
          await engine[command.verb]()
          return
        case 'theme':
          await settings.update({ theme: command.theme })
      }
    },
    { report: 'toast' }
  )
  return (command) => {
    void run(command)
  }
}
