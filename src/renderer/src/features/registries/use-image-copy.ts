/** A copy that a page started: the task as main tells it, and where it goes. It goes on when the page is left, with the others in the footer. */
import { computed, shallowRef } from 'vue'
import { api } from '@/api'
import { useTasksStore } from '@/stores/tasks'

export interface CopyTarget {
  readonly taskId: string
  readonly host: string
  readonly repository: string
  readonly tag: string
}

export type ImageCopy = ReturnType<typeof useImageCopy>

export function useImageCopy() {
  const tasks = useTasksStore()
  const target = shallowRef<CopyTarget | null>(null)
  return {
    target,
    task: computed(() => (target.value === null ? null : (tasks.items.get(target.value.taskId) ?? null))),
    begin: async (wish: Parameters<typeof api.repositories.copy>[0]) => {
      target.value = await api.repositories.copy(wish)
    }
  }
}
