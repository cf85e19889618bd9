/** The user's settings as main keeps them, and the theme applied to the page. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watchEffect } from 'vue'
import type { Settings, SettingsUpdate, Theme } from '@shared/contract/settings'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'

export const useSettingsStore = defineStore('settings', () => {
  /** null until main has said it for the first time. */
  const settings = shallowRef<Settings | null>(null)
  const theme = computed<Theme>(() => settings.value?.theme ?? 'system')
  watchEffect(() => {
    document.documentElement.dataset['theme'] = theme.value
  })

  function apply(next: Settings): void {
    settings.value = next
  }

  return { settings, theme, apply, update: (change: SettingsUpdate) => api.settings.update(change) }
})

/** Keeps the store at what main says for as long as the calling component lives; App.vue calls it, once. */
export function followSettings(): void {
  const store = useSettingsStore()
  useStream(() => api.settings.watch(), store.apply)
}
