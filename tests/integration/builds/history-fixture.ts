/** What tests of the history of builds share: builds as a terminal starts them, and the list followed as the page follows it. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { BuildProgress, type BuildRecord } from '@shared/contract/build-history'
import { applyChange } from '@shared/patch'
import type { BuildHistory } from '@main/build-history/service'
import type { TestEngine } from '../engine-fixture'

const exec = promisify(execFile)
/** In the environment of every build that is started here. */
export const SECRET = 'hunter2-is-nowhere'

/** One line of `buildx history ls --format json`. */
interface Listed {
  readonly ref: string
  readonly name: string
  readonly total_steps: number
  readonly completed_steps: number
  readonly cached_steps: number
}

export type HistoryBench = ReturnType<typeof historyBench>

export function historyBench(engine: TestEngine, history: BuildHistory) {
  const signal = new AbortController().signal

  /** Starts a build with the CLI, as anybody does in a terminal. */
  async function build(name: string, lines: readonly string[], ...args: string[]): Promise<void> {
    const folder = `${engine.home}/${name}`
    await mkdir(folder, { recursive: true })
    await writeFile(`${folder}/Dockerfile`, lines.join('\n'))
    await exec('docker', ['buildx', 'build', ...args, folder], { env: { ...engine.env, TOKEN: SECRET } })
  }
  const buildx = async (...args: string[]): Promise<string> => await engine.docker('buildx', ...args)
  const listed = async (): Promise<Listed[]> =>
    (await buildx('history', 'ls', '--no-trunc', '--format', 'json'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Listed)

  /** Follows the list as the page does; `until` waits for a list that is as wanted. */
  function follow() {
    const stop = new AbortController()
    let rows: ReadonlyMap<string, BuildRecord> = new Map()
    let looked: () => void = () => undefined
    const reading = (async () => {
      for await (const change of history.watch(stop.signal)) {
        rows = applyChange(rows, change)
        looked()
      }
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
    return {
      until: async (wanted: (rows: readonly BuildRecord[]) => boolean): Promise<readonly BuildRecord[]> => {
        while (!wanted([...rows.values()])) await new Promise<void>((resolve) => (looked = resolve))
        return [...rows.values()]
      },
      stop: async () => {
        stop.abort()
        await reading
      }
    }
  }

  async function progressOf(ref: string): Promise<BuildProgress> {
    const all: BuildProgress[] = []
    for await (const item of history.progress(ref, signal)) all.push(BuildProgress.parse(item))
    const last = all.at(-1)
    if (last === undefined) throw new Error('no progress')
    const steps = new Map(all.flatMap((item) => item.steps).map((step) => [step.id, step]))
    return { ...last, steps: [...steps.values()], lines: all.flatMap(({ lines }) => lines) }
  }

  async function allRows(): Promise<readonly BuildRecord[]> {
    const list = follow()
    const rows = await list.until((all) => all.length > 0)
    await list.stop()
    return rows
  }

  return { build, buildx, listed, follow, progressOf, allRows }
}
