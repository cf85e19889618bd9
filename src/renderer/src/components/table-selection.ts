/** Selecting rows of a VirtualTable: one, a range with Shift, or all that are listed. Groups cannot be selected. */
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { TableRow } from './table-types'

export function useTableSelection<T>(
  rows: MaybeRefOrGetter<readonly TableRow<T>[]>,
  selected: MaybeRefOrGetter<ReadonlySet<string>>,
  update: (selected: ReadonlySet<string>) => void
) {
  const keys = computed(() =>
    toValue(rows)
      .filter((row) => row.kind === 'item')
      .map((row) => row.key)
  )
  let anchor: string | null = null

  /** `none`, `some` or `all` of the listed rows. */
  const extent = computed(() => {
    const now = toValue(selected)
    if (now.size === 0) return 'none'
    const count = keys.value.filter((key) => now.has(key)).length
    if (count === 0) return 'none'
    return count === keys.value.length ? 'all' : 'some'
  })

  function range(from: string, to: string): readonly string[] {
    const [a, b] = [keys.value.indexOf(from), keys.value.indexOf(to)]
    return a < 0 || b < 0 ? [to] : keys.value.slice(Math.min(a, b), Math.max(a, b) + 1)
  }

  function toggle(key: string, extend: boolean): void {
    const next = new Set(toValue(selected))
    const on = !next.has(key)
    const affected = extend && anchor !== null ? range(anchor, key) : [key]
    for (const one of affected) {
      if (on) next.add(one)
      else next.delete(one)
    }
    anchor = key
    update(next)
  }

  function toggleAll(on: boolean): void {
    const next = new Set(toValue(selected))
    for (const key of keys.value) {
      if (on) next.add(key)
      else next.delete(key)
    }
    update(next)
  }

  return { extent, toggle, toggleAll }
}
