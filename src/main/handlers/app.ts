/** Small services of the desktop that belong to no Docker noun. */
import type { Handlers } from '@main/ipc/handler'

export interface AppHandlerDeps {
  readonly onVisible: (visible: boolean) => void
  /** Asynchronous in newer Electrons, so it is awaited in all. */
  readonly writeClipboard: (text: string) => void | Promise<void>
  /** Into the focused field of the window. */
  readonly paste: () => void
  readonly notificationsSupported: () => boolean
  /** Paths the page is to go to; each is taken by one reader. */
  readonly navigations: (signal: AbortSignal) => AsyncGenerator<string, void, undefined>
  readonly versions: { readonly quayside: string; readonly electron: string; readonly platform: string }
}

export function appHandlers(deps: AppHandlerDeps) {
  const { onVisible, writeClipboard, paste, notificationsSupported, navigations, versions } = deps
  return {
    setVisible: ({ visible }) => Promise.resolve(onVisible(visible)),
    async copyText({ text }) {
      await writeClipboard(text)
    },
    notificationsSupported: () => Promise.resolve({ supported: notificationsSupported() }),
    async *navigations(_, { signal }) {
      for await (const path of navigations(signal)) yield { path }
    },
    paste: () => Promise.resolve(paste()),
    versions: () => Promise.resolve(versions)
  } satisfies Handlers['app']
}
