/** Reading and changing the settings; the file itself is platform/settings.ts's business. */
import type { Handlers } from '@main/ipc/handler'
import type { SettingsStore } from '@main/platform/settings'
import type { Settings } from '@shared/contract/settings'

export function settingsHandlers(store: SettingsStore<Settings>) {
  return {
    watch: (_params, { signal }) => store.watch(signal),
    update: ({ theme, startAtLaunch, notifications }) =>
      Promise.resolve().then(() => {
        store.update({ theme, engine: { startAtLaunch }, notifications })
      })
  } satisfies Handlers['settings']
}
