/** Whether a component that is kept alive is the one being shown: what costs something stops while it is not. */
import { onActivated, onDeactivated, readonly, shallowRef, type Ref } from 'vue'

export function useActive(): Readonly<Ref<boolean>> {
  const active = shallowRef(true)
  onActivated(() => (active.value = true))
  onDeactivated(() => (active.value = false))
  return readonly(active)
}
