/** The login that something on a page asked for: which registry, and what goes on once it is done. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'

export interface AskedLogin {
  /** As images name it; empty to let it be typed. */
  readonly host: string
  /** Called after a login that worked. */
  readonly then: () => void
}

export const useLoginStore = defineStore('login', () => {
  const asked = shallowRef<AskedLogin | null>(null)

  return {
    asked: computed(() => asked.value),
    /** Opens the dialog, which is one for the whole window. */
    ask: (host: string, then: () => void = () => undefined) => (asked.value = { host, then }),
    close: () => (asked.value = null)
  }
})
