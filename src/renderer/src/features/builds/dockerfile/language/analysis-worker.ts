/** The thread that reads Dockerfiles: a text in, its analysis out. Started by analyser.ts. */
import { analyse } from './analysis'

// All that the linter wants of Node: it looks for a byte order mark with it.
Object.assign(globalThis, { Buffer: { from: (text: string) => new TextEncoder().encode(text) } })

self.onmessage = ({ data }: MessageEvent<string>) => {
  self.postMessage(analyse(data))
}
