/** A `StatusResponse` of BuildKit's control.proto as the progress the steps of a build are made of. Pure. */
import type { SolveStatus } from '@shared/builds/solve-status'
import { Message } from './wire'

export function solveStatus(bytes: Buffer): SolveStatus {
  const message = new Message(bytes)
  return {
    vertexes: message.messages(1).map((one) => ({
      digest: one.text(1),
      inputs: one.texts(2),
      name: one.text(3),
      cached: one.bool(4),
      started: one.time(5),
      completed: one.time(6),
      error: one.text(7)
    })),
    statuses: message.messages(2).map((one) => ({
      id: one.text(1),
      vertex: one.text(2),
      current: one.int(4),
      total: one.int(5)
    })),
    logs: message.messages(3).map((one) => ({
      vertex: one.text(1),
      time: one.time(2) ?? 0,
      stream: one.int(3),
      data: one.bytes(4)
    })),
    warnings: message.messages(4).map((one) => ({
      vertex: one.text(1),
      text: one.text(3),
      detail: one.texts(4),
      url: one.text(5),
      line: one.messages(7)[0]?.message(1)?.int(1) ?? null
    }))
  }
}
