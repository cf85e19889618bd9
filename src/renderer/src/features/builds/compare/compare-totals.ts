/** What two builds came to as a whole, and the difference. Pure but for what it reads from the two views. */
import { humanSize } from '@shared/docker/size'
import { differenceText, durationText, tenths } from '../build-rows'
import type { PastBuildView } from '../use-past-build'

export interface TotalPair {
  readonly name: string
  readonly before: string
  readonly after: string
  readonly difference: string
}

type Measured = Pick<PastBuildView, 'detail' | 'progress'>

export function compareTotals(before: Measured, after: Measured): readonly TotalPair[] {
  const rows: TotalPair[] = []
  const row = (name: string, of: (view: Measured) => number | null, text: Text, difference: Text): void => {
    const [old, now] = [of(before), of(after)]
    if (old === null && now === null) return
    rows.push({
      name,
      before: old === null ? '–' : text(old),
      after: now === null ? '–' : text(now),
      difference: old === null || now === null ? '' : difference(now - old)
    })
  }
  const totals = ({ progress }: Measured) => progress.value?.totals ?? null
  row('Duration', ({ detail }) => shownTime(detail.value?.record.durationMs), durationText, differenceText)
  row('Real time of the steps', (view) => shownTime(totals(view)?.realMs), durationText, differenceText)
  row('Added up', (view) => shownTime(totals(view)?.addedMs), durationText, differenceText)
  row('Steps', (view) => totals(view)?.steps ?? null, String, signed)
  row('Cached steps', (view) => totals(view)?.cached ?? null, String, signed)
  row('Transferred', (view) => totals(view)?.bytes ?? null, bytes, signedBytes)
  return rows
}

const shownTime = (milliseconds: number | null | undefined): number | null =>
  milliseconds === null || milliseconds === undefined ? null : tenths(milliseconds)

type Text = (value: number) => string

const bytes = (value: number): string => humanSize(value, 3)
const sign = (value: number): string => (value > 0 ? '+' : '−')
const signed = (value: number): string => (value === 0 ? '0' : `${sign(value)}${Math.abs(value)}`)
const signedBytes = (value: number): string =>
  value === 0 ? '0' : `${sign(value)}${humanSize(Math.abs(value), 3)}`
