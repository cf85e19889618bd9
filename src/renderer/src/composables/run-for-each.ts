/**
 * One verb on many containers: a few at a time, every one of them to the end, a result for each. A container that
 * vanished meanwhile is that container's result and nothing else's.
 */
import { toAppError } from '@shared/errors'

export interface BulkTarget {
  readonly id: string
  readonly name: string
}

export interface BulkResult extends BulkTarget {
  readonly outcome: 'done' | 'failed' | 'cancelled'
  /** Why it failed, one sentence; empty when it was done. */
  readonly message: string
  readonly hint: string
}

/** Docker serialises much of this inside; more at once only makes the rest of the app wait. */
const AT_ONCE = 4

/**
 * Does `action` to every target and never throws; results come in the targets' order, `onResult` as they happen.
 *
 * Aborting `signal` lets what has begun finish and marks the rest cancelled.
 */
export async function runForEach<T extends BulkTarget>(
  targets: readonly T[],
  action: (target: T) => Promise<unknown>,
  onResult: (result: BulkResult) => void = () => undefined,
  signal?: AbortSignal
): Promise<readonly BulkResult[]> {
  const results: BulkResult[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < targets.length; index = next++) {
      const target = targets[index] as T
      const result = signal?.aborted === true ? outcomeOf(target, 'cancelled') : await attempt(target, action)
      results[index] = result
      onResult(result)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, targets.length) }, worker))
  return results
}

async function attempt<T extends BulkTarget>(
  target: T,
  action: (target: T) => Promise<unknown>
): Promise<BulkResult> {
  try {
    await action(target)
    return outcomeOf(target, 'done')
  } catch (thrown) {
    const { message, hint } = toAppError(thrown)
    return outcomeOf(target, 'failed', message, hint)
  }
}

function outcomeOf(target: BulkTarget, outcome: BulkResult['outcome'], message = '', hint = ''): BulkResult {
  return { id: target.id, name: target.name, outcome, message, hint }
}

/** "Stopped 4 of 5 containers", from the verb's past form. */
export function bulkSummary(past: string, results: readonly BulkResult[], noun: string): string {
  const done = results.filter((result) => result.outcome === 'done').length
  const objects = results.length === 1 ? noun : `${noun}s`
  const count = done === results.length ? `${done}` : `${done} of ${results.length}`
  return `${past} ${count} ${objects}`
}
