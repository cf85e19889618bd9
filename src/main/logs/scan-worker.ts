/** The entry of the scanning thread: nothing but the host on the thread's port. Bundled by itself (`?nodeWorker`). */
import { parentPort } from 'node:worker_threads'
import { ScanHost } from './scan-host'
import type { ToScan } from './scan-messages'

const port = parentPort
if (port !== null) {
  const host = new ScanHost((message) => port.postMessage(message))
  port.on('message', (message: ToScan) => host.receive(message))
}
