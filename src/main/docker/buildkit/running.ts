/**
 * BuildKit's builds while they run: which of them has begun a given step. Called by main/application for the builds of this app, so
 * that they and their rows of the history are one (docs/decisions/0585).
 */
import type { BuildKit } from './grpc'
import { listen, progressOf } from './records'
import { solveStatus } from './status'

/** One that runs answers at once. */
const PATIENCE_MS = 5000
const SAME_BUILD_MS = 10_000

/** A step as buildx told it: its digest alone may be in several builds, at about the same time in one. */
export interface BegunStep {
  readonly digest: string
  /** Milliseconds since the epoch, with fractions. */
  readonly started: number
}

/** The reference of the build that began this step; empty when none that runs did. */
export async function findBuildOf(buildkit: BuildKit, step: BegunStep, signal: AbortSignal): Promise<string> {
  const running: string[] = []
  for await (const { record } of listen(buildkit, { listOnly: true }, signal)) {
    if (record.completed === null) running.push(record.ref)
  }
  const enough = new AbortController()
  const looking = AbortSignal.any([signal, enough.signal, AbortSignal.timeout(PATIENCE_MS)])
  const found = await Promise.all(running.map((ref) => hasBegun(buildkit, ref, step, looking, enough)))
  signal.throwIfAborted()
  return running[found.indexOf(true)] ?? ''
}

/** Reads what the build has told so far, and goes on reading until it is sure or nobody waits for it any more. */
async function hasBegun(
  buildkit: BuildKit,
  ref: string,
  step: BegunStep,
  signal: AbortSignal,
  enough: AbortController
): Promise<boolean> {
  try {
    for await (const message of progressOf(buildkit, ref, signal)) {
      const { vertexes } = solveStatus(message)
      if (!vertexes.some(({ digest, started }) => digest === step.digest && near(started, step.started)))
        continue
      enough.abort()
      return true
    }
  } catch {
    // Another one was it, the time is over, or it has ended meanwhile: not this one.
  }
  return false
}

/** A step may begin several times, and only the last time is told to who comes later. */
const near = (a: number | null, b: number): boolean => a !== null && Math.abs(a - b) < SAME_BUILD_MS
