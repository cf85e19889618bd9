/** The desktop around the window: clipboard and versions. Links and files are opened by the nouns they belong to. */
import { z } from 'zod'
import { call, stream } from './dsl'

export const app = {
  /** Whether the page can be seen; what only a page would show is not read from the engine while it cannot. */
  setVisible: call({ params: z.object({ visible: z.boolean() }), result: z.void() }),
  copyText: call({ params: z.object({ text: z.string().max(1_000_000) }), result: z.void() }),
  /** Whether the desktop shows notifications at all. */
  notificationsSupported: call({ result: z.object({ supported: z.boolean() }) }),
  /** Where main wants the page to go, for example after a click on a notification: an address of the page's own. */
  navigations: stream({ item: z.object({ path: z.string() }), delivery: 'latest' }),
  /** Pastes the clipboard where the focus is, as Ctrl+V does; its text is not handed to the page otherwise. */
  paste: call({ result: z.void() }),
  versions: call({
    result: z.object({ quayside: z.string(), electron: z.string(), platform: z.string() })
  })
}
