/**
 * Every container of the engine as it is now, by id. Filled by one watch stream that App.vue follows; nothing here
 * refreshes or guesses, so a view that reads this store shows what the engine said last.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'
import { composeOf, type ContainerState, type ContainerSummary } from '@shared/docker/container'
import { applyChange, type Change } from '@shared/patch'

/** How many containers are in the three states `docker info` counts; whatever neither runs nor is paused is stopped. */
export interface ContainerCounts {
  readonly total: number
  readonly running: number
  readonly paused: number
  readonly stopped: number
}

export const useContainersStore = defineStore('containers', () => {
  const items = shallowRef<ReadonlyMap<string, ContainerSummary>>(new Map())
  /** False until the first snapshot: an empty list is only worth saying then. */
  const loaded = shallowRef(false)

  const running = computed(() =>
    [...items.value.values()].filter((container) => container.State === 'running')
  )
  const byProject = computed(() => groupByProject(items.value.values()))
  const byImage = computed(() => groupByImage(items.value.values()))
  const byState = computed(() => countStates(items.value.values()))
  const counts = computed<ContainerCounts>(() => {
    const total = items.value.size
    const up = byState.value.get('running') ?? 0
    const paused = byState.value.get('paused') ?? 0
    return { total, running: up, paused, stopped: total - up - paused }
  })

  function apply(change: Change<ContainerSummary>): void {
    items.value = applyChange(items.value, change)
    if (change.type === 'snapshot') loaded.value = true
  }

  /** Forgets everything: the engine these containers belong to is gone, and another one may come. */
  function clear(): void {
    items.value = new Map()
    loaded.value = false
  }

  return { items, loaded, running, byProject, byImage, byState, counts, apply, clear }
})

/** Keeps the store at what the engine says for as long as the calling component lives; App.vue calls it, once. */
export function followContainers(): void {
  const store = useContainersStore()
  useStream(() => api.containers.watch(), store.apply)
}

function groupByProject(
  containers: Iterable<ContainerSummary>
): ReadonlyMap<string, readonly ContainerSummary[]> {
  const projects = new Map<string, ContainerSummary[]>()
  for (const container of containers) {
    const compose = composeOf(container)
    if (compose !== null) append(projects, compose.project, container)
  }
  return projects
}

function groupByImage(
  containers: Iterable<ContainerSummary>
): ReadonlyMap<string, readonly ContainerSummary[]> {
  const images = new Map<string, ContainerSummary[]>()
  for (const container of containers) append(images, container.ImageID, container)
  return images
}

function countStates(containers: Iterable<ContainerSummary>): ReadonlyMap<ContainerState, number> {
  const counts = new Map<ContainerState, number>()
  for (const { State } of containers) counts.set(State, (counts.get(State) ?? 0) + 1)
  return counts
}

function append<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [item])
  else group.push(item)
}
