/** Whether the window can be seen. A hidden window does no work: clocks stand still and streams are closed or not read. */
import { readonly, shallowRef, type Ref } from 'vue'

const visible = shallowRef(document.visibilityState !== 'hidden')
document.addEventListener('visibilitychange', () => {
  visible.value = document.visibilityState !== 'hidden'
})

export function useVisibility(): Readonly<Ref<boolean>> {
  return readonly(visible)
}
