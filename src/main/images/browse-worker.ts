/** The entry of the browsing thread: nothing but the host on the thread's port. Bundled by itself (`?nodeWorker`). */
import { parentPort, workerData } from 'node:worker_threads'
import { BrowseHost } from './browse-host'
import type { ToBrowser } from './browse-messages'

const port = parentPort
if (port !== null) {
  const { cacheDir } = workerData as { readonly cacheDir: string }
  const host = new BrowseHost(cacheDir, (message) => port.postMessage(message))
  port.on('message', (message: ToBrowser) => host.receive(message))
}
