/** Rate limits as a registry tells them in its replies: kept as they are, what they mean is between it and its reader. */
import type { IncomingHttpHeaders } from 'node:http'
import { oneLine } from '@shared/docker/text'

const NAME = /^(?:x-)?(?:ratelimit|rate-limit)-[a-z-]{1,40}$/
const MOST = 8

export class RateLimits {
  readonly #told = new Map<string, string>()

  note(headers: IncomingHttpHeaders): void {
    for (const [name, value] of Object.entries(headers)) {
      if (typeof value !== 'string' || !NAME.test(name)) continue
      if (this.#told.size < MOST || this.#told.has(name)) this.#told.set(name, oneLine(value, 100))
    }
  }

  /** `ratelimit-remaining` and `97;w=21600`. */
  get all(): { name: string; value: string }[] {
    return [...this.#told].map(([name, value]) => ({ name, value }))
  }
}
