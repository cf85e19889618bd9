/** Asks for an image archive, or an OCI layout's folder, and shows the page that looks into it. */
import { useRouter, type RouteLocationRaw } from 'vue-router'
import { api } from '@/api'
import { useAction, type Action } from '@/composables/use-action'

export interface ArchiveAddress {
  readonly token: string
  readonly name: string
  /** Which image of the archive. */
  readonly image?: number
}

export function archiveAddress({ token, name, image }: ArchiveAddress): RouteLocationRaw {
  return {
    path: '/images/archive',
    query: { token, name, ...(image === undefined ? {} : { image: `${image}` }) }
  }
}

export function useOpenArchive(): Action<[folder: boolean], void> {
  const router = useRouter()
  return useAction(async (folder: boolean) => {
    const found = await api.imageFiles.chooseArchive({ folder })
    if (found !== null) await router.push(archiveAddress(found))
  })
}
