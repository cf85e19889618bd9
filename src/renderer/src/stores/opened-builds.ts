/** Builds out of `.dockerbuild` files that were opened in this run of the window; main holds what is in them. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { api } from '@/api'
import type { BuildRecord } from '@shared/contract/build-history'

export const useOpenedBuildsStore = defineStore('opened-builds', () => {
  const items = shallowRef<ReadonlyMap<string, BuildRecord>>(new Map())

  /** Asks for a file; its builds, or null when the user cancelled. */
  async function open(): Promise<readonly BuildRecord[] | null> {
    const opened = await api.buildHistory.open()
    if (opened !== null)
      items.value = new Map([...items.value, ...opened.map((build) => [build.ref, build] as const)])
    return opened
  }

  /** Closes the file of a build, with the others in it. */
  async function close(ref: string): Promise<void> {
    const gone = new Set(await api.buildHistory.close({ ref }))
    items.value = new Map([...items.value].filter(([one]) => !gone.has(one)))
  }

  return { items, open, close }
})

/** Whether a build is one out of a file: the engine knows nothing of it. */
export const isOpened = (ref: string): boolean => ref.startsWith('file-')
