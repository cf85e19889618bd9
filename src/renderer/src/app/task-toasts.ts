/**
 * Says how a task ended, wherever the user is by then, but for the page that says so itself. Tasks that had ended before the
 * page was open are not news.
 */
import { watch } from 'vue'
import { useRoute } from 'vue-router'
import type { Task } from '@shared/contract/tasks'
import { AppError } from '@shared/errors'
import { useTasksStore } from '@/stores/tasks'
import { useToastsStore } from '@/stores/toasts'

export function useTaskToasts(): void {
  const tasks = useTasksStore()
  const toasts = useToastsStore()
  const route = useRoute()

  function tell(task: Task): void {
    if (task.page === route.path) return
    if (task.state === 'succeeded') toasts.showSuccess(task.message === '' ? task.title : task.message)
    if (task.state !== 'failed') return
    toasts.showError(
      new AppError('Unknown', `${task.title}: ${task.message}`, { hint: task.hint ?? undefined })
    )
  }

  watch(
    () => tasks.items,
    (now, before) => {
      for (const [id, task] of now) {
        if (before.get(id)?.state === 'running' && task.state !== 'running') tell(task)
      }
    }
  )
}
