/** Packages of images for the page. Thin: the work is in main/images/packages. */
import { basename } from 'node:path'
import type { SbomFormat } from '@shared/contract/packages'
import { oneLine } from '@shared/docker/text'
import { attempted } from '@shared/errors'
import { suggestedName } from '../files/host-names'
import { saveStream } from '../files/save-stream'
import type { ImageBrowser } from '../images/browser'
import type { Handlers } from '../ipc/handler'
import type { TaskRegistry } from '../tasks/registry'

export interface PackagesHandlerDeps {
  readonly browser: ImageBrowser
  readonly tasks: TaskRegistry
  /** Asks where to save a file of this name; null when the dialog was cancelled. */
  readonly chooseTarget: (name: string, title: string) => Promise<string | null>
  /** The app's version, for who wrote a bill of materials. */
  readonly version: string
}

const ENDINGS: Readonly<Record<SbomFormat, string>> = { cyclonedx: 'cdx.json', spdx: 'spdx.json' }

export function packagesHandlers({ browser, tasks, chooseTarget, version }: PackagesHandlerDeps) {
  return {
    async *list(params, { signal }) {
      try {
        return yield* browser.ask('packages', params, signal)
      } catch (error) {
        throw attempted('Could not read the packages', error)
      }
    },
    async *compare(params, { signal }) {
      try {
        return yield* browser.ask('comparePackages', params, signal)
      } catch (error) {
        throw attempted('Could not compare the packages', error)
      }
    },
    async exportSbom({ handle, format }, { signal }) {
      const { name } = await browser.one('summary', { handle }, signal)
      const to = await chooseTarget(`${fileName(name)}.${ENDINGS[format]}`, 'Export SBOM')
      if (to === null) return null
      const file = oneLine(basename(to), 200)
      const task = tasks.run(
        `Export ${file}`,
        async (_update, stop) => {
          const answer = browser.ask(
            'sbom',
            { handle, format, tool: `quayside ${version}`, now: Date.now() },
            stop
          )
          const written = new SbomBytes(answer)
          await saveStream(written.pieces(), to, () => undefined, stop)
          return written.packages
        },
        (packages) => `Exported ${packages} ${packages === 1 ? 'package' : 'packages'} to ${file}`
      )
      return { taskId: task.id }
    }
  } satisfies Handlers['packages']
}

/** The pieces of a file, and afterwards how many packages it tells of. */
class SbomBytes {
  readonly #answer: AsyncGenerator<Uint8Array, { packages: number }, undefined>
  packages = 0

  constructor(answer: AsyncGenerator<Uint8Array, { packages: number }, undefined>) {
    this.#answer = answer
  }

  async *pieces(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const next = await this.#answer.next()
      if (next.done === true) {
        this.packages = next.value.packages
        return
      }
      yield Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    }
  }
}

/** `registry/app:1.2` as a file's name. */
function fileName(image: string): string {
  return suggestedName(image.replace(/@sha256:[0-9a-f]*$/, '') || 'image')
}
