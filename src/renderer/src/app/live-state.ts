/** Follows everything main tells, for as long as the app is open: one stream for each store, whatever page is shown. */
import { watch } from 'vue'
import { useRouter } from 'vue-router'
import { api } from '@/api'
import { useStream } from '@/composables/use-stream'
import { useVisibility } from '@/composables/use-visibility'
import { followContainers, useContainersStore } from '@/stores/containers'
import { followEngine, useEngineStore } from '@/stores/engine'
import { followImages, useImagesStore } from '@/stores/images'
import { followSettings } from '@/stores/settings'
import { followUsage } from '@/stores/system'
import { followTasks } from '@/stores/tasks'

export function useLiveState(): ReturnType<typeof useEngineStore> {
  const engine = useEngineStore()
  const [containers, images] = [useContainersStore(), useImagesStore()]
  followVisibility()
  followEngine()
  followSettings()
  followTasks()
  followUsage()
  followContainers()
  followImages()
  followNavigations()

  // What an engine held is not shown once it is gone: it may come back with other things, or be another engine.
  watch(
    () => engine.running,
    (running) => {
      if (running) return
      containers.clear()
      images.clear()
    }
  )
  return engine
}

/** Where main wants the page to go, after a click on a notification. */
function followNavigations(): void {
  const router = useRouter()
  useStream(
    () => api.app.navigations(),
    ({ path }) => void router.push(path)
  )
}

/** Main reads nothing from the engine for a window that cannot be seen. */
function followVisibility(): void {
  const visible = useVisibility()
  const tell = (): void => void api.app.setVisible({ visible: visible.value }).catch(reportToConsole)
  // Seen is what main expects; a page that was loaded again while hidden says so.
  tell()
  watch(visible, tell, { flush: 'sync' })
}

function reportToConsole(thrown: unknown): void {
  console.error(thrown)
}
