/** Starts the scanning thread of the built app. Kept apart from scanner.ts, which tests run without a bundler. */
import startWorker from './scan-worker?nodeWorker'
import type { FromScan } from './scan-messages'
import type { ScanThread } from './scanner'

/** A line of memory for the thread's own use; the log's lines are shared and do not count. */
const MAX_OLD_GENERATION_MB = 1024

export function startScanThread(): ScanThread {
  const worker = startWorker({ resourceLimits: { maxOldGenerationSizeMb: MAX_OLD_GENERATION_MB } })
  // The thread never keeps the app from quitting.
  worker.unref()
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', (message: FromScan) => listener(message)),
    onFailure: (listener) => void worker.on('error', listener),
    end: () => void worker.terminate()
  }
}
