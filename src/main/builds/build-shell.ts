/**
 * A shell where a failed build stood before the step that failed: that part is built out of the cache and run. Called by
 * handlers/builds.
 */
import { randomBytes } from 'node:crypto'
import type { BuildDetail } from '@shared/contract/builds'
import { parseSecret } from '@shared/builds/secret-line'
import { AppError } from '@shared/errors'
import type { DockerClient } from '../docker/client'
import { runShellContainer } from '../docker/shell-container'
import type { TaskRegistry } from '../tasks/registry'
import { BuildRun } from './build-run'
import { goodPartOf } from './last-good-step'
import type { BuildProgram } from './program'

/** Says of a container which build's last good step it shows. */
export const LAST_GOOD_STEP_LABEL = 'dev.quayside.last-good-step'

export interface BuildShellDeps {
  readonly tasks: TaskRegistry
  readonly program: () => BuildProgram
  readonly client: () => Promise<DockerClient>
  /** For the shortened Dockerfile. */
  readonly folder: string
}

/** @returns the id of the running container */
export async function openLastGoodStep(detail: BuildDetail, deps: BuildShellDeps): Promise<string> {
  const { summary, failure, input, typedSecrets } = detail
  if (summary.state !== 'Error' || failure === null) {
    throw new AppError('Conflict', 'This build has not failed.', { hint: 'Run its image instead.' })
  }
  const { tasks, program, client, folder } = deps
  const part = await goodPartOf(withoutTyped(input, typedSecrets), failure.source, folder)
  try {
    const task = tasks.run(
      `Open the last good step of ${summary.name}`,
      async (update, signal) => {
        const build = new BuildRun({ input: part.input, secretValues: {} })
        const tell = (): void => {
          const { stepsDone, stepsTotal } = build.summary
          update({ progress: { current: stepsDone, total: stepsTotal } })
        }
        await build.run({ secretValues: {}, program: program() }, tell, signal)
        return await runShellContainer(
          await client(),
          build.detail.imageId,
          {
            name: `last-good-step-${randomBytes(3).toString('hex')}`,
            labels: { [LAST_GOOD_STEP_LABEL]: summary.name }
          },
          signal
        )
      },
      () => 'A shell is open'
    )
    return await task.done
  } finally {
    await part.forget()
  }
}

/** Values that were typed are not kept; a step that is in the cache does not ask for them. */
function withoutTyped(input: BuildDetail['input'], typed: readonly string[]): BuildDetail['input'] {
  const secrets = input.secrets.filter((line) => {
    const secret = parseSecret(line)
    return !secret.ok || secret.from === 'file' || !typed.includes(secret.name)
  })
  return { ...input, secrets }
}
