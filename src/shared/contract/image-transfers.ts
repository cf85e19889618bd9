/** Images to and from registries: both start a task and answer its id; layers, speed and failure are on the task. */
import { z } from 'zod'
import { call } from './dsl'

const Name = z.string().min(1).max(1000)
const StartedTask = z.object({ taskId: z.string() })

export const imageTransfers = {
  /** An empty platform is the engine's own. The name is a reference as `docker pull` takes it. */
  pull: call({
    params: z.object({ image: Name, platform: z.string().max(100) }),
    result: StartedTask
  }),
  /** Sends a tag of a local image to the registry that its name says. */
  push: call({ params: z.object({ image: Name }), result: StartedTask })
}
