/**
 * The registries that are known, live for as long as the page is shown, and what was found out about them by tests. No registry is
 * contacted but by a test that somebody asked for.
 */
import { reactive, shallowRef, type Ref } from 'vue'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'
import { useEngineStore } from '@/stores/engine'
import { useToastsStore } from '@/stores/toasts'
import type { KnownRegistries, RegistryTest } from '@shared/contract/registries'
import type { AppError } from '@shared/errors'

export interface Registries {
  readonly known: Readonly<Ref<KnownRegistries | null>>
  readonly error: Readonly<Ref<AppError | null>>
  /** By host. */
  readonly tests: ReadonlyMap<string, RegistryTest>
  readonly testing: ReadonlySet<string>
  readonly refresh: () => void
  readonly test: (host: string) => Promise<void>
  /** What a test found is not so any more: one that was tested is tested again. */
  readonly retest: (host: string) => void
}

export function useRegistries(): Registries {
  const engine = useEngineStore()
  const toasts = useToastsStore()
  const known = shallowRef<KnownRegistries | null>(null)
  const round = shallowRef(0)
  const tests = reactive(new Map<string, RegistryTest>())
  const testing = reactive(new Set<string>())

  const { error } = useStream(
    // The engine's configuration is read anew when the engine is another one, and everything when it is asked for.
    () => opened(engine.running, round.value),
    (state) => (known.value = state),
    { whenHidden: 'close' }
  )

  async function test(host: string): Promise<void> {
    if (testing.has(host)) return
    testing.add(host)
    try {
      tests.set(host, await api.registries.test({ host }))
    } catch (thrown) {
      toasts.showError(thrown)
    } finally {
      testing.delete(host)
    }
  }

  function retest(host: string): void {
    if (tests.delete(host)) void test(host)
  }

  return { known, error, tests, testing, refresh: () => (round.value += 1), test, retest }
}

type Because = (engineRuns: boolean, round: number) => ReturnType<typeof api.registries.watch>
const opened: Because = () => api.registries.watch()
