/**
 * Disk usage is dear to ask (the engine walks its whole storage), so it is asked when the page is opened and, a while after
 * the last change of what it counts, again; never on a clock, and not for a hidden window.
 */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { DiskUsageRow } from '@shared/contract/system'
import type { AppError } from '@shared/errors'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'
import { useVisibility } from '@/composables/use-visibility'
import { useContainersStore } from '@/stores/containers'
import { useImagesStore } from '@/stores/images'

const SETTLE_MS = 2_000

export function useDiskUsage(): {
  /** null until the first answer. */
  readonly rows: Readonly<Ref<readonly DiskUsageRow[] | null>>
  readonly error: Readonly<Ref<AppError | null>>
} {
  const containers = useContainersStore()
  const images = useImagesStore()
  const visible = useVisibility()
  const rows = shallowRef<readonly DiskUsageRow[] | null>(null)
  const { run, pending, error } = useAction(async () => {
    rows.value = await api.system.diskUsage()
  })

  let timer: ReturnType<typeof setTimeout> | undefined
  let changed = false

  function ask(): void {
    if (!visible.value || pending.value) return
    changed = false
    void run().then(() => {
      if (changed) settle()
    })
  }

  function settle(): void {
    changed = true
    clearTimeout(timer)
    timer = setTimeout(ask, SETTLE_MS)
  }

  ask()
  watch([() => containers.counts.total, () => containers.counts.running, () => images.items], settle)
  watch(visible, (is) => {
    if (is && (changed || rows.value === null)) ask()
  })
  onScopeDispose(() => {
    clearTimeout(timer)
  })
  return { rows, error }
}
