/** Small services of the desktop that belong to no Docker noun. */
import type { Handlers } from '@main/ipc/handler'

export interface AppHandlerDeps {
  readonly onVisible: (visible: boolean) => void
  /** Asynchronous in newer Electrons, so it is awaited in all. */
  readonly writeClipboard: (text: string) => void | Promise<void>
  readonly versions: { readonly quayside: string; readonly electron: string; readonly platform: string }
}

export function appHandlers({ onVisible, writeClipboard, versions }: AppHandlerDeps) {
  return {
    setVisible: ({ visible }) => Promise.resolve(onVisible(visible)),
    async copyText({ text }) {
      await writeClipboard(text)
    },
    versions: () => Promise.resolve(versions)
  } satisfies Handlers['app']
}
