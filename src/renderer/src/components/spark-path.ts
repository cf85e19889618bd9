/** The geometry of a SparkLine: values to the two paths it draws, in a 240 × 100 box. */

const WIDTH = 240
const HEIGHT = 100

/** Thins to at most {@link WIDTH} points by keeping the peak of each bucket, so that no spike is lost. */
export function thin(values: readonly number[], points: number = WIDTH): readonly number[] {
  if (values.length <= points) return values
  const size = values.length / points
  return Array.from({ length: points }, (_, bucket) => {
    const part = values.slice(Math.floor(bucket * size), Math.floor((bucket + 1) * size))
    return Math.max(...part)
  })
}

/** The line and the area under it; null while there is no value. A single value is drawn as a level line. */
export function sparkPath(
  values: readonly number[],
  max: number
): { readonly line: string; readonly area: string } | null {
  const shown = thin(values.filter((value) => Number.isFinite(value)))
  if (shown.length === 0) return null
  const top = max > 0 ? max : Math.max(...shown, 1e-9)
  const level = shown.length === 1 ? [shown[0] as number, shown[0] as number] : shown
  const step = WIDTH / (level.length - 1)
  const y = (value: number): string =>
    (HEIGHT - (Math.min(Math.max(value, 0), top) / top) * (HEIGHT - 4)).toFixed(1)
  const line = level
    .map((value, index) => `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y(value)}`)
    .join('')
  return { line, area: `${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z` }
}
