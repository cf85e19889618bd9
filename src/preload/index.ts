/**
 * A dumb pipe: forwards a call, forwards a stream's port. It knows no names and decides nothing but size,
 * because a payload refused here never has to be copied into main; main answers and logs the refusal, and checks again.
 */
import { contextBridge, ipcRenderer } from 'electron'
import { CALL_CHANNEL, MAX_PARAMS_BYTES, OPEN_STREAM, STREAM_CHANNEL } from '@shared/contract/wire'
import type { Bridge, CallReply, Refusal } from '@shared/contract/wire'
import { payloadExceeds } from '@shared/contract/payload'

const refusalOf = (params: unknown): Refusal | undefined =>
  payloadExceeds(params, MAX_PARAMS_BYTES) ? 'too-large' : undefined

const bridge: Bridge = {
  call(name, params) {
    const refusal = refusalOf(params)
    const sent = refusal === undefined ? params : undefined
    return ipcRenderer.invoke(CALL_CHANNEL, name, sent, refusal) as Promise<CallReply>
  }
}

contextBridge.exposeInMainWorld('quayside', bridge)

window.addEventListener('message', (event) => {
  const message = event.data as { type?: unknown; name?: unknown; params?: unknown } | null
  if (event.source !== window || message?.type !== OPEN_STREAM) return
  const port = event.ports[0]
  if (port === undefined) return
  const refusal = refusalOf(message.params)
  const params = refusal === undefined ? message.params : undefined
  ipcRenderer.postMessage(STREAM_CHANNEL, { name: message.name, params, refusal }, [port])
})
