/**
 * One rootful engine starts at a time on this machine: each dockerd empties the firewall chains all of them share, so two that
 * start together take each other's rules or fail. Used by linux-rootful.ts; see docs/decisions/0106.
 */
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** An abstract socket: no file that could be left behind, and the kernel frees it whatever ends its process. */
export const TURN = '\0quayside-engine-start'
/** Whoever takes longer hangs; two at once are better than none. */
const LONGEST_WAIT_MS = 20_000
const POLL_MS = 100

/** Waits for this machine's turn to start an engine; the answer ends it, and may be called again. */
export async function takeTurn(name = TURN, longestWaitMs = LONGEST_WAIT_MS): Promise<() => void> {
  for (let waited = 0; waited < longestWaitMs; waited += POLL_MS) {
    const held = await hold(name)
    if (held !== null) return () => void held.close()
    await sleep(POLL_MS)
  }
  return () => undefined
}

/** null while somebody else has it. */
async function hold(name: string): Promise<Server | null> {
  const server = createServer((visitor) => visitor.destroy())
  // It must not keep the app alive, nor reach the engine: Node opens it close-on-exec.
  server.unref()
  return await new Promise((done) => {
    server.once('error', () => done(null))
    server.listen(name, () => done(server))
  })
}
