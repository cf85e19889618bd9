/** What the form can offer of the Dockerfile it names: read again a moment after the fields that say which were changed. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { BuildInput, DockerfileOutline } from '@shared/contract/builds'
import { api } from '@/api'

const WAIT_MS = 250

export function useOutline(input: () => BuildInput): Readonly<Ref<DockerfileOutline | null>> {
  const outline = shallowRef<DockerfileOutline | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function read(): Promise<void> {
    const { context, contextKind, dockerfile, dockerfileText } = input()
    const mine = ++asked
    if (context === '' && dockerfileText === null) return void (outline.value = null)
    const found = await api.builds
      .outline({ context, contextKind, dockerfile, dockerfileText })
      .catch(() => null)
    if (mine === asked) outline.value = found
  }

  watch(
    () => {
      const { context, contextKind, dockerfile, dockerfileText } = input()
      return [context, contextKind, dockerfile, dockerfileText]
    },
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void read(), WAIT_MS)
    },
    { immediate: true }
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    asked += 1
  })
  return outline
}
