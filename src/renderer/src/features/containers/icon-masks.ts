/**
 * The icons of a containers row as CSS masks: they are drawn by elements that are there anyway (`::before`), because a
 * row's own SVG elements are what scrolling would wait for. Set once on the table, as `--icon-<name>`.
 */
import type { StateTone } from '@/components/state-tone'
import { ICON_PATHS } from './row-icons'

const circle = 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18'

/** Each tone has its own shape, so that none is told by colour alone. */
const TONE_PATHS: Readonly<Record<StateTone, string>> = {
  ok: `${circle}M8.5 12l2.5 2.5 4.5-5`,
  busy: 'M21 12a9 9 0 1 1-6.2-8.6',
  paused: `${circle}M10 9v6M14 9v6`,
  stopped: `${circle}M9.5 9.5h5v5h-5z`,
  neutral:
    'M9 3.5a9 9 0 0 1 6 0M19 6.5a9 9 0 0 1 2 5.5M19.5 17a9 9 0 0 1-4.5 3.5M9 20.5A9 9 0 0 1 4.5 17M3 12a9 9 0 0 1 2-5.5',
  warn: 'M12 4l9.5 16h-19zM12 10v4M12 17h.01',
  danger: `${circle}M12 8v4M12 16h.01`
}

function mask(path: string, width = 2): string {
  const stroke = `fill='none' stroke='black' stroke-width='${width}' stroke-linecap='round' stroke-linejoin='round'`
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'><path ${stroke} d='${path}'/></svg>`
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`
}

export const ICON_MASKS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...ICON_PATHS, ...TONE_PATHS }).map(([name, path]) => [
    `--icon-${name}`,
    mask(path, name === 'more' ? 3 : 2)
  ])
)
