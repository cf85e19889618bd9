/** Many questions to one engine, a few at a time. */

/** Inspects with a size walk a file system each: not too many at once. */
const PARALLEL = 8

/** The answers in the order of `items`; the first failure fails all. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += PARALLEL) {
    results.push(...(await Promise.all(items.slice(start, start + PARALLEL).map(work))))
  }
  return results
}
