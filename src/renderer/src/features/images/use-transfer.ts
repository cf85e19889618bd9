/** A pull or a push that a dialog started: the task as main tells it, and what can be done with it. */
import { computed, shallowRef, type ComputedRef } from 'vue'
import { useAction, type Action } from '@/composables/use-action'
import { useTasksStore } from '@/stores/tasks'
import type { Task } from '@shared/contract/tasks'

export interface TransferTask {
  readonly task: ComputedRef<Task | null>
  readonly running: ComputedRef<boolean>
  /** Failed or cancelled: it can be tried again. */
  readonly ended: ComputedRef<boolean>
  readonly start: Action<[], { taskId: string }>
  readonly cancel: Action<[], void>
  readonly retry: Action<[], void>
  /** Lets go of the task, which stays with the others in the footer. */
  readonly forget: () => void
}

export function useTransfer(begin: () => Promise<{ taskId: string }>): TransferTask {
  const tasks = useTasksStore()
  const id = shallowRef<string | null>(null)
  const task = computed(() => (id.value === null ? null : (tasks.items.get(id.value) ?? null)))
  const start = useAction(async () => {
    const started = await begin()
    id.value = started.taskId
    return started
  })
  return {
    task,
    running: computed(() => task.value?.state === 'running'),
    ended: computed(() => task.value?.state === 'failed' || task.value?.state === 'cancelled'),
    start,
    cancel: useAction(() => tasks.cancel(id.value ?? '')),
    retry: useAction(() => tasks.retry(id.value ?? '')),
    forget: () => {
      id.value = null
      start.clear()
    }
  }
}
