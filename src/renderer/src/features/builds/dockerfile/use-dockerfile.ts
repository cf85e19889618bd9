/** The Dockerfile a page edits: opened, changed, saved, and what stands in the way of saving it. */
import { computed, shallowRef, type ComputedRef, type Ref } from 'vue'
import type { OpenedDockerfile } from '@shared/contract/dockerfiles'
import type { AppError } from '@shared/errors'
import { api } from '@/api'
import { useAction } from '@/composables/use-action'

export type Meanwhile = 'changed' | 'deleted'

export interface EditedDockerfile {
  /** null while none is open. */
  readonly file: Readonly<Ref<OpenedDockerfile | null>>
  readonly text: Ref<string>
  readonly dirty: ComputedRef<boolean>
  /** What happened to the file, found when it was to be saved. */
  readonly meanwhile: Readonly<Ref<Meanwhile | null>>
  readonly pending: ComputedRef<boolean>
  readonly saving: ComputedRef<boolean>
  readonly error: ComputedRef<AppError | null>
  open(context: string, dockerfile: string): Promise<void>
  /** False when the user chose none. */
  choose(): Promise<boolean>
  /** Whether it is saved now. */
  save(overwrite?: boolean): Promise<boolean>
}

function useCalls() {
  return {
    opening: useAction((context: string, dockerfile: string) =>
      api.dockerfiles.open({ context, dockerfile })
    ),
    choosing: useAction(() => api.dockerfiles.choose()),
    writing: useAction((id: string, content: string, overwrite: boolean) =>
      api.dockerfiles.save({ id, text: new TextEncoder().encode(content), overwrite })
    )
  }
}

export function useDockerfile(): EditedDockerfile {
  const file = shallowRef<OpenedDockerfile | null>(null)
  const text = shallowRef('')
  const saved = shallowRef('')
  const meanwhile = shallowRef<Meanwhile | null>(null)
  const { opening, choosing, writing } = useCalls()
  const isNew = (): boolean => file.value?.exists === false && text.value !== ''

  function take(opened: OpenedDockerfile | null | undefined): boolean {
    if (opened === undefined || opened === null) return false
    file.value = opened
    text.value = opened.text
    saved.value = opened.text
    meanwhile.value = null
    writing.clear()
    return true
  }

  async function save(overwrite = false): Promise<boolean> {
    const opened = file.value
    if (opened === null) return false
    const content = text.value
    meanwhile.value = null
    const answer = await writing.run(opened.id, content, overwrite)
    if (answer === undefined || file.value !== opened) return false
    if (!answer.saved) {
      meanwhile.value = answer.meanwhile
      return false
    }
    saved.value = content
    if (!opened.exists) file.value = { ...opened, exists: true }
    return true
  }

  return {
    file,
    text,
    dirty: computed(() => file.value !== null && (text.value !== saved.value || isNew())),
    meanwhile,
    pending: computed(() => opening.pending.value || choosing.pending.value),
    saving: writing.pending,
    error: computed(() => writing.error.value ?? opening.error.value ?? choosing.error.value),
    async open(context, dockerfile) {
      choosing.clear()
      take(await opening.run(context, dockerfile))
    },
    async choose() {
      opening.clear()
      return take(await choosing.run())
    },
    save
  }
}
