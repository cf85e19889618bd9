/** Which rows of a table can be seen, by their `data-name`: for what is only read of those. */
import { nextTick, onMounted, onScopeDispose, watch, type Ref } from 'vue'

/** `tell` is called with the names that can be seen, again after each change; `rows` changes when others are rendered. */
export function useInView(
  table: Readonly<Ref<HTMLElement | null>>,
  rows: () => unknown,
  tell: (names: string[]) => void
): void {
  const visible = new Set<string>()
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const name = (target as HTMLElement).dataset['name'] ?? ''
      if (isIntersecting) visible.add(name)
      else visible.delete(name)
    }
    tell([...visible])
  })

  async function observe(): Promise<void> {
    await nextTick()
    observer.disconnect()
    visible.clear()
    for (const row of table.value?.querySelectorAll('[data-name]') ?? []) observer.observe(row)
  }

  onMounted(observe)
  watch([rows, table], observe)
  onScopeDispose(() => observer.disconnect())
}
