/** Progress of long work as a stream: the latest at a steady pace while it lasts, then the result. */

/** Between two reports. */
const REPORT_MS = 100

/** @param latest what there is to tell; null while there is nothing. */
export async function* progressReports<P, R>(
  work: Promise<R>,
  latest: () => P | null
): AsyncGenerator<P, R, undefined> {
  let wake: () => void = () => undefined
  work.finally(() => wake()).catch(() => undefined)
  for (let done = false; !done;) {
    const timer = new Promise<void>((resolve) => {
      wake = resolve
      setTimeout(resolve, REPORT_MS)
    })
    done = await Promise.race([work.then(() => true), timer.then(() => false)])
    const news = latest()
    if (news !== null && !done) yield news
  }
  return await work
}
