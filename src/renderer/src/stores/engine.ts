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

  const text = computed(() => describeState(state.value, word.value))
  const sourceText = computed(() => describeSource(status.value))

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

/** The word and what belongs to it: "Running · 28.5.2", "Starting · waiting for the API". */
function describeState(state: EngineState | null, word: string): string {
  if (state?.name === 'running') return `${word} · ${state.version}`
  if (state?.name === 'starting') return `${word} · ${STEPS[state.step]}`
  return word
}

/** Which engine is used: "Quayside engine, rootless" or "Context desktop-linux". */
function describeSource(status: EngineStatus | null): string {
  if (status === null) return ''
  if (status.source === 'context') return `Context ${status.contextName ?? 'default'}`
  return status.mode === null ? 'Quayside engine' : `Quayside engine, ${status.mode}`
}

/** Keeps the store at what main says for as long as the calling component lives; App.vue calls it, once. */
export function followEngine(): void {
  const store = useEngineStore()
  useStream(() => api.engine.watch(), store.apply)
}

function isOneOf(name: EngineState['name'] | null, names: readonly EngineState['name'][]): boolean {
  return name !== null && names.includes(name)
}
