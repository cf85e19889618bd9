/**
 * BuildKit's progress (`SolveStatus`: vertexes, statuses, logs, warnings) as the steps of a build. Pure: main decodes the
 * lines of `--progress=rawjson` (main/builds/rawjson.ts) and feeds them here, for running builds and for those of the history.
 */
import type { BuildStep, BuildTotals, StepState } from '../contract/builds'
import { oneLine } from '../docker/text'
import { joined, lengthMs, type ClosedSpan, type Span } from './spans'

export interface SolveVertex {
  readonly digest: string
  readonly name: string
  readonly inputs: readonly string[]
  /** Milliseconds since the epoch; fractions are kept. */
  readonly started: number | null
  readonly completed: number | null
  readonly cached: boolean
  readonly error: string
}

export interface SolveProgress {
  readonly id: string
  readonly vertex: string
  readonly current: number
  /** 0 while unknown. */
  readonly total: number
}

export interface SolveLog {
  readonly vertex: string
  /** 1 stdout, 2 stderr. */
  readonly stream: number
  readonly data: Uint8Array
  readonly time: number
}

export interface SolveWarning {
  readonly vertex: string
  readonly text: string
  readonly detail: readonly string[]
  readonly url: string
  /** Of the Dockerfile, from 1; null when it is not told. */
  readonly line: number | null
}

export interface SolveStatus {
  readonly vertexes: readonly SolveVertex[]
  readonly statuses: readonly SolveProgress[]
  readonly logs: readonly SolveLog[]
  readonly warnings: readonly SolveWarning[]
}

const MOST_TEXT = 10_000

interface Step {
  readonly digest: string
  /** From 1, in the order in which the steps began; 0 until then. */
  number: number
  vertex: SolveVertex
  /** A vertex may begin several times: the CLI's time of it is what these cover together. */
  readonly spans: Map<number, Span>
  readonly bytes: Map<string, SolveProgress>
  logLines: number
  warnings: number
}

/** The steps of one build, brought up to date by {@link BuildSteps.take}. */
export class BuildSteps {
  readonly warnings: SolveWarning[] = []
  readonly #steps = new Map<string, Step>()
  readonly #begun: Step[] = []
  #endedAt: number | null = null

  /** Takes in one message; answers the digests of the steps that are other ones now. */
  take(status: SolveStatus): ReadonlySet<string> {
    const changed = new Set<string>()
    for (const vertex of status.vertexes) {
      this.#takeVertex(vertex)
      changed.add(vertex.digest)
    }
    for (const progress of status.statuses) {
      this.#steps.get(progress.vertex)?.bytes.set(progress.id, progress)
      changed.add(progress.vertex)
    }
    for (const warning of status.warnings) {
      this.warnings.push(warning)
      const step = this.#steps.get(warning.vertex)
      if (step !== undefined) step.warnings += 1
      changed.add(warning.vertex)
    }
    return changed
  }

  /** Lines were logged for a step. */
  addLines(digest: string, lines: number): void {
    const step = this.#steps.get(digest)
    if (step !== undefined) step.logLines += lines
  }

  /** The build is over: what still ran was stopped with it. */
  end(at: number): void {
    this.#endedAt = at
  }

  /** The step as it is now; undefined while it has not begun. */
  get(digest: string): BuildStep | undefined {
    const step = this.#steps.get(digest)
    return step === undefined || step.number === 0 ? undefined : this.#shown(step)
  }

  /** All that have begun, in the order in which they did; what was only planned is in no list of the CLI either. */
  get list(): readonly BuildStep[] {
    return this.#begun.map((step) => this.#shown(step))
  }

  get totals(): BuildTotals {
    const spans = this.#begun.map((step) => this.#spansOf(step))
    const all = joined(spans.flat())
    return {
      steps: this.#steps.size,
      completed: this.#begun.filter(({ vertex }) => vertex.completed !== null).length,
      cached: this.#begun.filter(({ vertex }) => vertex.cached).length,
      realMs: all.length === 0 ? 0 : (all.at(-1)?.to ?? 0) - (all[0]?.from ?? 0),
      addedMs: spans.reduce((sum, one) => sum + lengthMs(one), 0),
      bytes: this.#begun.reduce((sum, step) => sum + bytesOf(step).transferred, 0)
    }
  }

  #takeVertex(vertex: SolveVertex): void {
    let step = this.#steps.get(vertex.digest)
    if (step === undefined) {
      step = {
        digest: vertex.digest,
        number: 0,
        vertex,
        spans: new Map(),
        bytes: new Map(),
        logLines: 0,
        warnings: 0
      }
      this.#steps.set(vertex.digest, step)
    }
    step.vertex = vertex
    if (vertex.started === null) return
    step.spans.set(vertex.started, { from: vertex.started, to: vertex.completed })
    if (step.number === 0) step.number = this.#begun.push(step)
  }

  /** What has not ended lasts until the build did, or has no end yet. */
  #spansOf({ spans }: Step): readonly ClosedSpan[] {
    const ended = this.#endedAt
    return joined([...spans.values()].map(({ from, to }) => ({ from, to: to ?? ended ?? from })))
  }

  #shown(step: Step): BuildStep {
    const { vertex } = step
    const spans = this.#spansOf(step)
    const state = this.#stateOf(vertex)
    const { stage, platform } = placeOf(vertex.name)
    const { transferred, total } = bytesOf(step)
    return {
      id: step.digest,
      number: step.number,
      text: oneLine(vertex.name, MOST_TEXT),
      stage,
      platform,
      state,
      startedAt: spans[0]?.from ?? 0,
      endedAt: state === 'Running' ? null : (spans.at(-1)?.to ?? null),
      tookMs: state === 'Running' ? null : lengthMs(spans),
      bytes: transferred,
      totalBytes: total,
      error: oneLine(vertex.error, MOST_TEXT),
      logLines: step.logLines,
      warnings: step.warnings
    }
  }

  #stateOf({ cached, completed, error }: SolveVertex): StepState {
    if (error !== '') return isCancelled(error) ? 'Canceled' : 'Error'
    if (cached) return 'Cached'
    if (completed !== null) return 'Done'
    return this.#endedAt === null ? 'Running' : 'Canceled'
  }
}

/** As the CLI tells a step that was stopped from one that failed. */
function isCancelled(error: string): boolean {
  return error.endsWith('context canceled')
}

/** Unpacking counts the same bytes again, and is no transfer. */
function bytesOf({ bytes }: Step): { transferred: number; total: number } {
  let [transferred, total] = [0, 0]
  for (const { id, current, total: size } of bytes.values()) {
    if (id.startsWith('extracting ')) continue
    transferred += current
    total += size
  }
  return { transferred, total }
}

const OWN_WORDS: ReadonlySet<string> = new Set(['internal', 'auth', 'context', 'resolver'])
const ORDINAL = /^\d+\/\d+$/
const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?(?:->.+)?$/

export interface StepPlace {
  /** The stage's name; empty for a step of no stage, and for the only stage of a Dockerfile that names none. */
  readonly stage: string
  /** Empty unless there are several. */
  readonly platform: string
}

/** Out of `[build 2/5] RUN make`, `[linux/arm64 build 2/5] …`, `[2/3] …`; `[internal] …` and the like are of no stage. */
export function placeOf(name: string): StepPlace {
  const none = { stage: '', platform: '' }
  const words = /^\[([^\]]*)\]/.exec(name)?.[1]?.trim().split(/\s+/) ?? []
  const last = words.at(-1)
  if (last === undefined || OWN_WORDS.has(words[0] ?? '') || !ORDINAL.test(last)) return none
  const before = words.slice(0, -1)
  const platform = before.find((word) => PLATFORM.test(word)) ?? ''
  return { platform, stage: before.filter((word) => word !== platform).join(' ') }
}
