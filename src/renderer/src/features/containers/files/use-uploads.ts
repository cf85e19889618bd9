/** Uploads into a folder, by the native dialog or by a drop: asks before something is written over, then runs as a task. */
import { shallowRef, watch } from 'vue'
import { api } from '@/api'
import { useTasksStore } from '@/stores/tasks'
import { useToastsStore } from '@/stores/toasts'
import { AppError } from '@shared/errors'
import { droppedEntries, walkDropped, type Dropped, type DroppedItem } from './dropped-files'
import { sendDropped } from './send-dropped'

/** An upload that would write over something, waiting for a yes. */
export interface Pending {
  readonly folder: string
  readonly existing: readonly string[]
  readonly go: () => Promise<void>
}

/** @param onDone called with the folder when an upload into it has ended, however. */
export function useUploads(id: () => string, onDone: (folder: string) => void) {
  const reported = useReport()
  const whenEnded = useTaskEnd()
  const pending = shallowRef<Pending | null>(null)

  /** At once when nothing is written over, else once that is confirmed. */
  async function start(next: Pending): Promise<void> {
    if (next.existing.length === 0) await next.go()
    else pending.value = next
  }

  async function choose(folder: string, what: 'files' | 'folder'): Promise<void> {
    const chosen = await api.files.chooseUpload({ id: id(), path: folder, what })
    if (chosen === null) return
    const go = async (): Promise<void> => {
      const { taskId } = await api.files.upload({ token: chosen.token })
      whenEnded(taskId, () => onDone(folder))
    }
    await start({ folder, existing: chosen.existing, go })
  }

  async function drop(folder: string, entries: readonly DroppedItem[]): Promise<void> {
    if (entries.length === 0) return
    const dropped = await walkDropped(entries).catch(unreadable)
    const names = topNames(entries)
    const existing = await api.files.existing({ id: id(), path: folder, names })
    const go = async (): Promise<void> => {
      await sendDropped(api.files.drop(dropParams(id(), folder, names, dropped)), dropped)
      onDone(folder)
    }
    await start({ folder, existing, go })
  }

  return {
    pending,
    choose: (folder: string, what: 'files' | 'folder') => reported(() => choose(folder, what)),
    drop: (folder: string, data: DataTransfer) => {
      // Read at once: the browser forgets what was dropped when its event is over.
      const entries = droppedEntries(data)
      return reported(() => drop(folder, entries))
    },
    confirm: () =>
      reported(async () => {
        const asked = pending.value
        pending.value = null
        await asked?.go()
      }),
    cancel: () => (pending.value = null)
  }
}

function topNames(entries: readonly DroppedItem[]): string[] {
  if (entries.length > 1000) throw tooMany()
  return entries.map(({ name }) => name)
}

/** Runs something to its end; a failure becomes a toast. */
function useReport() {
  const toasts = useToastsStore()
  return async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (thrown) {
      toasts.showError(thrown)
    }
  }
}

/** Calls back once when a task has ended. */
function useTaskEnd() {
  const tasks = useTasksStore()
  return (taskId: string, then: () => void): void => {
    const stop = watch(
      () => tasks.items.get(taskId)?.state,
      (state) => {
        if (state === 'running' || state === undefined) return
        stop()
        then()
      }
    )
  }
}

function dropParams(id: string, path: string, names: readonly string[], dropped: readonly Dropped[]) {
  const totalBytes = dropped.reduce((sum, { file }) => sum + (file?.size ?? 0), 0)
  return { id, path, title: (names[0] ?? '').slice(0, 300), totalBytes, count: Math.max(1, names.length) }
}

function unreadable(cause: unknown): never {
  throw new AppError('NotFound', 'What was dropped cannot be read.', {
    hint: 'Drop files and folders that can be read.',
    cause
  })
}

function tooMany(): AppError {
  return new AppError('InvalidParameter', 'Too much was dropped at once.', {
    hint: 'Drop the folder that holds the files.'
  })
}
