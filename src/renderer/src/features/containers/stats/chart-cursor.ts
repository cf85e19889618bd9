/** The keyboard's way along a chart. Pure. */
import type { ChartData } from '@/components/time-chart'

const FAR = 10

/**
 * The point a key leads to: gaps are stepped over, the ends hold. Null leaves the line (Escape); undefined is for a key that
 * means nothing here.
 */
export function moveCursor(
  key: string,
  far: boolean,
  from: number | null,
  data: ChartData
): number | null | undefined {
  const points = data.x.flatMap((_, index) =>
    data.ys.some((values) => values[index] !== null) ? [index] : []
  )
  const last = points.length - 1
  const here = from === null ? last : points.findLastIndex((index) => index <= from)
  const step = far ? FAR : 1
  const to = (place: number): number | null => points[Math.min(last, Math.max(0, place))] ?? null
  switch (key) {
    case 'ArrowLeft':
      return to(from === null ? last : here - step)
    case 'ArrowRight':
      return to(from === null ? last : here + step)
    case 'Home':
      return to(0)
    case 'End':
      return to(last)
    case 'Escape':
      return from === null ? undefined : null
    default:
      return undefined
  }
}
