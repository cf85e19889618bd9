/** What the engine is doing, word for word as main says it, and the two or three things one can ask of it. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { EngineFailure, EngineSource, EngineState, EngineStatus } from '@shared/contract/engine'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'

const WORDS = {
  stopped: 'Stopped',
  starting: 'Starting',
  running: 'Running',
  stopping: 'Stopping',
  backoff: 'Restarting',
  failed: 'Failed'
} as const satisfies Record<EngineState['name'], string>

const STEPS = {
  preparing: 'checking this machine',
  spawning: 'starting dockerd',
  'waiting-for-api': 'waiting for the API'
} as const

export const useEngineStore = defineStore('engine', () => {
  /** null until main has said it for the first time. */
  const status = shallowRef<EngineStatus | null>(null)
  const state = computed(() => status.value?.state ?? null)
  const name = computed(() => state.value?.name ?? null)
  const own = computed(() => status.value?.source === 'bundled')

  /** The state's word (`Running`, `Restarting` …); empty until it is known. */
  const word = computed(() => (name.value === null ? '' : WORDS[name.value]))
  const running = computed(() => name.value === 'running')
  const failure = computed((): EngineFailure | null => {
    const now = state.value
    return now?.name === 'failed' || now?.name === 'backoff' ? now.failure : null
  })
  const degraded = computed(() => (state.value?.name === 'running' ? state.value.degraded : null))
  const canStart = computed(
    () => own.value && status.value?.awaitingChoice === false && isOneOf(name.value, ['stopped', 'failed'])
  )
  const canStop = computed(() => own.value && isOneOf(name.value, ['starting', 'running', 'backoff']))

  /** The word and what belongs to it: "Running · 28.5.2", "Starting · waiting for the API". */
  const text = computed(() => {
    const now = state.value
    if (now?.name === 'running') return `${word.value} · ${now.version}`
    if (now?.name === 'starting') return `${word.value} · ${STEPS[now.step]}`
    return word.value
  })

  /** Which engine is used: "Quayside engine, rootless" or "Context desktop-linux". */
  const sourceText = computed(() => {
    const now = status.value
    if (now === null) return ''
    if (now.source === 'context') return `Context ${now.contextName ?? 'default'}`
    return now.mode === null ? 'Quayside engine' : `Quayside engine, ${now.mode}`
  })

  function apply(next: EngineStatus): void {
    status.value = next
  }

  return {
    status,
    state,
    name,
    own,
    word,
    text,
    sourceText,
    running,
    failure,
    degraded,
    canStart,
    canStop,
    apply,
    start: () => api.engine.start(),
    stop: () => api.engine.stop(),
    restart: () => api.engine.restart(),
    use: (source: EngineSource) => api.engine.use({ source })
  }
})

/** Keeps the store at what main says for as long as the calling component lives; App.vue calls it, once. */
export function followEngine(): void {
  const store = useEngineStore()
  useStream(() => api.engine.watch(), store.apply)
}

function isOneOf(name: EngineState['name'] | null, names: readonly EngineState['name'][]): boolean {
  return name !== null && names.includes(name)
}
