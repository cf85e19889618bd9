/** A pull that a page started: the task as main tells it. It goes on when the page is left, with the others in the footer. */
import { computed, shallowRef } from 'vue'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'
import { useTasksStore } from '@/stores/tasks'

export type Pull = ReturnType<typeof usePull>

export function usePull() {
  const tasks = useTasksStore()
  const id = shallowRef<string | null>(null)
  const image = shallowRef('')
  const start = useAction(async (name: string, platform: string) => {
    image.value = name
    id.value = null
    id.value = (await api.images.pull({ image: name, platform })).taskId
  })
  const task = computed(() => (id.value === null ? null : (tasks.items.get(id.value) ?? null)))
  return {
    image,
    task,
    error: start.error,
    pending: computed(() => start.pending.value || task.value?.state === 'running'),
    shown: computed(() => start.error.value !== null || task.value !== null),
    begin: (name: string, platform = '') => void start.run(name, platform)
  }
}
