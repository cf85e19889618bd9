/** The engine's disk for the page. Thin: the work is in main/disk; here errors learn what was attempted. */
import type { Freed } from '@shared/contract/disk'
import { humanSize } from '@shared/docker/size'
import { oneLine } from '@shared/docker/text'
import { attempted } from '@shared/errors'
import type { DiskService } from '../disk/service'
import type { Handlers } from '../ipc/handler'
import { Mailbox } from '../platform/mailbox'
import type { TaskRegistry } from '../tasks/registry'

export function diskHandlers({ disk, tasks }: { readonly disk: DiskService; readonly tasks: TaskRegistry }) {
  return {
    async *read(_, { signal }) {
      const ended = new AbortController()
      const progress = new Mailbox<{ readonly done: number; readonly total: number }>()
      const report = disk.read((done, total) => progress.put({ done, total }), signal)
      const end = (): void => ended.abort()
      report.then(end, end)
      try {
        for await (const { done, total } of progress.take(ended.signal)) {
          yield { kind: 'reading' as const, done, total }
        }
        yield { kind: 'report' as const, report: await report }
      } catch (error) {
        throw attempted('Could not measure the disk', error)
      }
    },
    async reclaim({ items, promisedBytes }) {
      await Promise.resolve()
      const task = tasks.run(
        `Free ${humanSize(promisedBytes, 3)}`,
        (update, signal) =>
          disk.reclaim(
            items,
            promisedBytes,
            (current, total) => update({ progress: { current, total } }),
            signal
          ),
        freedText
      )
      return { taskId: task.id }
    },
    async freed() {
      await Promise.resolve()
      return disk.freed()
    }
  } satisfies Handlers['disk']
}

/** "Freed 1.2GB; 14 removed. 1 stayed: web:1 (It is used by now.)" */
export function freedText({ freedBytes, removed, stayed, outcomes }: Freed): string {
  const freed = freedBytes === null ? '' : `Freed ${humanSize(Math.max(0, freedBytes), 3)}; `
  const done = `${freed}${removed} removed.`
  if (stayed === 0) return done
  const named = outcomes
    .filter(({ result }) => result === 'stayed')
    .slice(0, 3)
    .map(({ name, why }) => `${oneLine(name, 60)} (${why})`)
  return `${done} ${stayed} stayed: ${named.join(', ')}${stayed > 3 ? ' …' : ''}`
}
