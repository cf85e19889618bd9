/** Starts the browsing thread of the built app. Kept apart from browser.ts, which tests run without a bundler. */
import startWorker from './browse-worker?nodeWorker'
import type { FromBrowser } from './browse-messages'
import type { BrowseThread } from './browser'

/** JavaScript objects of the thread; indexes are typed arrays and do not count. */
const MAX_OLD_GENERATION_MB = 2048

export function startBrowseThread(cacheDir: string): BrowseThread {
  const worker = startWorker({
    workerData: { cacheDir },
    resourceLimits: { maxOldGenerationSizeMb: MAX_OLD_GENERATION_MB }
  })
  // The thread never keeps the app from quitting.
  worker.unref()
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', (message: FromBrowser) => listener(message)),
    onFailure: (listener) => void worker.on('error', listener),
    end: () => void worker.terminate()
  }
}
