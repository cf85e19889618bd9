/** What TimeChart.vue hands to uPlot, and the theme's colours as a canvas needs them. */
import type uPlot from 'uplot'

/** Seconds since the epoch, and one column of values per line; null is a gap. */
export interface ChartData {
  readonly x: readonly number[]
  readonly ys: readonly (readonly (number | null)[])[]
}

export interface ChartLook {
  readonly height: number
  /** How a value is written at the axis. */
  readonly text: (value: number) => string
  /** Powers of two as steps of the axis, for bytes counted in 1024s. */
  readonly binary: boolean
  /** Whole numbers only. */
  readonly whole: boolean
}

export interface ChartColours {
  readonly lines: readonly string[]
  readonly text: string
  readonly grid: string
  readonly limit: string
  readonly font: string
}

/** The part of the axis and the line across it at a limit; read again for every drawing. */
export interface ChartFrame {
  readonly from: number
  readonly to: number
  /** Null draws none. */
  readonly limit: number | null
}

const AXIS_WIDTH = 66
/** Room for a time with seconds in every language. */
const TIME_SPACE = 96
const DASH = [4, 3]
const SECONDS_A_DAY = 86_400
const BINARY_STEPS = Array.from({ length: 50 }, (_, power) => 2 ** power)
const WHOLE_STEPS = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power)).flat()

/** The resolved colours: custom properties hold `light-dark()` as it was written, so elements are asked that use them. */
export function coloursOf(root: HTMLElement): ChartColours {
  const style = getComputedStyle(root)
  const colour = (name: string): string => {
    const probe = root.querySelector<HTMLElement>(`[data-colour="${name}"]`)
    return probe === null ? style.color : getComputedStyle(probe).color
  }
  return {
    lines: [colour('first'), colour('second')],
    text: colour('text'),
    grid: colour('grid'),
    limit: colour('limit'),
    font: `11px ${style.fontFamily}`
  }
}

/** Calls back when the theme changes, by the user's choice or by the desktop's. Answers how to stop. */
export function onThemeChange(changed: () => void): () => void {
  const chosen = new MutationObserver(changed)
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  const desktop = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((query) =>
    matchMedia(query)
  )
  for (const query of desktop) query.addEventListener('change', changed)
  return () => {
    chosen.disconnect()
    for (const query of desktop) query.removeEventListener('change', changed)
  }
}

/** The top of the axis: a little air above the highest value, and the limit where there is one. */
export function topOf(highest: number | null, limit: number | null, whole: boolean): number {
  const value = Math.max(highest ?? 0, limit ?? 0)
  if (value <= 0) return whole ? 4 : 1
  return whole ? Math.max(4, Math.ceil(value * 1.1)) : value * 1.1
}

export function timeText(seconds: number, spanSeconds: number, withSeconds: boolean): string {
  const date = new Date(seconds * 1000)
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }
  if (withSeconds) clock.second = '2-digit'
  return spanSeconds > SECONDS_A_DAY
    ? date.toLocaleString([], { day: 'numeric', month: 'short', ...clock })
    : date.toLocaleTimeString([], clock)
}

export function chartOptions(
  width: number,
  look: ChartLook,
  colours: () => ChartColours,
  frame: () => ChartFrame,
  lines: number,
  onCursor: (index: number | null) => void
): uPlot.Options {
  const axis = {
    stroke: () => colours().text,
    font: colours().font,
    grid: { stroke: () => colours().grid, width: 1 },
    ticks: { show: false }
  }
  return {
    width,
    height: look.height,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { time: true, range: () => [frame().from, frame().to] },
      y: { range: (_, __, highest) => [0, topOf(highest, frame().limit, look.whole)] }
    },
    series: [{}, ...Array.from({ length: lines }, (_, index) => lineOf(index, colours))],
    axes: [
      {
        ...axis,
        size: 24,
        gap: 4,
        space: TIME_SPACE,
        values: (chart, splits, _, __, step) => timeLabels(chart, splits, step)
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        gap: 6,
        space: 28,
        ...(look.binary ? { incrs: BINARY_STEPS } : look.whole ? { incrs: WHOLE_STEPS } : {}),
        values: (_, splits) => splits.map(look.text)
      }
    ],
    hooks: {
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
      draw: [(chart) => drawLimit(chart, frame().limit, colours().limit)]
    }
  }
}

function lineOf(index: number, colours: () => ChartColours): uPlot.Series {
  const stroke = (): string => colours().lines[index] ?? colours().text
  return {
    stroke,
    width: 1.5,
    points: { show: false },
    spanGaps: false,
    ...(index > 0 ? { dash: DASH } : {})
  }
}

function timeLabels(chart: uPlot, splits: readonly number[], step: number): string[] {
  const span = (chart.scales['x']?.max ?? 0) - (chart.scales['x']?.min ?? 0)
  return splits.map((split) => timeText(split, span, step < 60))
}

function drawLimit(chart: uPlot, limit: number | null, colour: string): void {
  if (limit === null) return
  const { ctx, bbox } = chart
  const y = Math.round(chart.valToPos(limit, 'y', true)) + 0.5
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio])
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.restore()
}
