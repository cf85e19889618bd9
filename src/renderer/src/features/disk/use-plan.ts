/** The plan of the dialog "Free disk space": from what is wanted, or from objects ticked on the page, to what goes. */
import { computed, shallowRef, watch, type Ref } from 'vue'
import type { DiskReport } from '@shared/contract/disk'
import { parseGoal } from '@shared/disk/goal'
import type { DiskKey } from '@shared/disk/keys'
import { planOf, reclaimPlan, type ReclaimPlan } from '@shared/disk/reclaim-plan'

export type PlanMode = 'amount' | 'everything'

const NOTHING: ReclaimPlan = { items: [], atLeast: 0, atMost: 0, exact: true, reached: true }

/** `chosen` null: by the goal. The report is one that stands still while the dialog is open. */
export function usePlan(report: Readonly<Ref<DiskReport | null>>, chosen: () => ReadonlySet<DiskKey> | null) {
  const mode = shallowRef<PlanMode>('amount')
  const text = shallowRef('')
  const volumes = shallowRef(false)
  const leftOut = shallowRef<ReadonlySet<string>>(new Set())
  const goal = computed(() => (mode.value === 'amount' ? parseGoal(text.value) : null))
  const asked = computed(() => mode.value === 'everything' || goal.value !== null)

  const plan = computed((): ReclaimPlan => {
    if (report.value === null) return NOTHING
    const own = chosen()
    if (own !== null) return planOf(report.value, own)
    return asked.value ? reclaimPlan(report.value, goal.value, { volumes: volumes.value }) : NOTHING
  })
  watch(plan, () => (leftOut.value = new Set()))

  const ticked = computed(
    () => new Set(plan.value.items.map(({ key }) => key).filter((key) => !leftOut.value.has(key)))
  )
  const going = computed(() => {
    if (report.value === null || leftOut.value.size === 0) return plan.value
    return planOf(report.value, ticked.value)
  })
  /** What volumes would add, where the goal is out of reach without them. */
  const withVolumes = computed(() => {
    if (report.value === null || chosen() !== null || volumes.value || plan.value.reached) return 0
    return reclaimPlan(report.value, goal.value, { volumes: true }).atLeast - plan.value.atLeast
  })

  function tick(keys: ReadonlySet<string>): void {
    leftOut.value = new Set(plan.value.items.map(({ key }) => key).filter((key) => !keys.has(key)))
  }

  return { mode, text, volumes, goal, asked, plan, ticked, going, withVolumes, tick }
}
