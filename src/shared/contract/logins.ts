/** Logins that are made elsewhere: in a browser, and by the command of a cloud. Kept as those that are typed (registries.logIn). */
import { z } from 'zod'
import { call, stream } from './dsl'

/** Whether the file that is not encrypted is allowed, as in registries.logIn. */
const Plain = z.object({ plain: z.boolean() })
const OneHost = z.object({ host: z.string().max(300) })

/** A login in a browser on its way. */
export const BrowserLogin = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('waiting'),
    /** What is typed in the browser. */
    code: z.string(),
    /** Where. */
    address: z.string(),
    /** When the code is of no use any more. */
    expiresAt: z.number()
  }),
  z.object({ state: z.literal('done'), username: z.string() })
])
export type BrowserLogin = z.output<typeof BrowserLogin>

export const logins = {
  /** Logs in to Docker Hub with a browser. Closing is giving up. */
  withBrowser: stream({ params: Plain, item: BrowserLogin, delivery: 'lossless' }),
  /** Opens the page of the login that is on its way, with the code in it. */
  openBrowser: call({ result: z.void() }),
  /** The command that makes logins for a registry, and whether it is here; null where none is known. */
  cloudProgram: call({
    params: OneHost,
    result: z.object({ program: z.string(), installed: z.boolean() }).nullable()
  }),
  /** Logs in with what that command makes. */
  withCloud: call({ params: OneHost.extend(Plain.shape), result: z.object({ host: z.string() }) })
}
