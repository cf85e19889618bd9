/** What is done with files of builds: open one, export builds into one. */
import { useRouter } from 'vue-router'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'
import { useOpenedBuildsStore } from '@/stores/opened-builds'
import type { BuildRecord } from '@shared/contract/build-history'

export function useBuildFiles() {
  const router = useRouter()
  const opened = useOpenedBuildsStore()
  /** One build is shown at once; several are rows of the list. */
  const open = useAction(
    async () => {
      const builds = await opened.open()
      const [build, ...more] = builds ?? []
      if (build !== undefined && more.length === 0) await router.push(`/builds/history/${build.ref}`)
    },
    { report: 'toast' }
  )
  const close = useAction((build: BuildRecord) => opened.close(build.ref), { report: 'toast' })
  const exportBuilds = useAction(
    async (builds: readonly BuildRecord[]) => {
      await api.buildHistory.export({ refs: builds.map(({ ref }) => ref), name: builds[0]?.name ?? '' })
    },
    { report: 'toast' }
  )
  return { opened, open, close, exportBuilds }
}
