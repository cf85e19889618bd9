/**
 * Reads Dockerfiles in a thread, so that typing never waits for it. Of texts that come while it reads only the last is
 * read; one that takes too long is given up, and the thread is started anew for the next.
 */
import type { Analysis } from './analysis-types'

const LONGEST_MS = 10_000

export interface AnalysisThread {
  postMessage(text: string): void
  terminate(): void
  onmessage: ((event: MessageEvent<Analysis>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
}

export class Analyser {
  #thread: AnalysisThread | null = null
  #reading: { readonly text: string; readonly limit: ReturnType<typeof setTimeout> } | null = null
  #next: string | null = null
  readonly #start: () => AnalysisThread
  /** The analysis of a text; null for one that took too long, or that the thread failed on. */
  readonly #told: (text: string, analysis: Analysis | null) => void

  constructor(told: (text: string, analysis: Analysis | null) => void, start: () => AnalysisThread) {
    this.#told = told
    this.#start = start
  }

  read(text: string): void {
    this.#next = text
    if (this.#reading === null) this.#begin()
  }

  close(): void {
    this.#next = null
    this.#giveUp()
  }

  #begin(): void {
    const text = this.#next
    if (text === null) return
    this.#next = null
    const thread = (this.#thread ??= this.#start())
    const end = (analysis: Analysis | null): void => {
      if (analysis === null) this.#giveUp()
      else this.#rest()
      this.#told(text, analysis)
      this.#begin()
    }
    this.#reading = { text, limit: setTimeout(() => end(null), LONGEST_MS) }
    thread.onmessage = ({ data }) => end(data)
    thread.onerror = () => end(null)
    thread.postMessage(text)
  }

  #rest(): void {
    if (this.#reading !== null) clearTimeout(this.#reading.limit)
    this.#reading = null
  }

  #giveUp(): void {
    this.#rest()
    if (this.#thread !== null) {
      this.#thread.onmessage = null
      this.#thread.onerror = null
      this.#thread.terminate()
    }
    this.#thread = null
  }
}

export function startAnalysisThread(): AnalysisThread {
  return new Worker(new URL('./analysis-worker.ts', import.meta.url), { type: 'module' })
}
