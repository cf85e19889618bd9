/** Long work that goes on in main: what runs, and what finished and has not been dismissed yet. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Task } from '@shared/contract/tasks'
import { applyChange, type Change } from '@shared/patch'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'
import { useLoginStore } from './login'
import { useToastsStore } from './toasts'

export const useTasksStore = defineStore('tasks', () => {
  const items = shallowRef<ReadonlyMap<string, Task>>(new Map())
  /** Newest first. */
  const all = computed(() => [...items.value.values()].sort((a, b) => b.startedAt - a.startedAt))
  const running = computed(() => all.value.filter((task) => task.state === 'running'))
  const failed = computed(() => all.value.filter((task) => task.state === 'failed'))

  function apply(change: Change<Task>): void {
    items.value = applyChange(items.value, change)
  }

  /** Asks for the login that a task was refused without, and does it again with it. */
  function logIn({ Id, wantsLogin }: Task): void {
    if (wantsLogin === null) return
    useLoginStore().ask(wantsLogin, () => {
      api.tasks.retry({ id: Id }).catch(useToastsStore().showError)
    })
  }

  return {
    items,
    all,
    running,
    failed,
    apply,
    logIn,
    cancel: (id: string) => api.tasks.cancel({ id }),
    retry: (id: string) => api.tasks.retry({ id }),
    dismiss: (id: string) => api.tasks.dismiss({ id })
  }
})

/** Keeps the store at what main says for as long as the calling component lives; App.vue calls it, once. */
export function followTasks(): void {
  const store = useTasksStore()
  useStream(() => api.tasks.watch(), store.apply)
}
