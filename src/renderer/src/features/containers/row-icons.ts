/** The icons of row buttons, one path each: a table shows five per row, and every element of them counts. */
import { h, type FunctionalComponent } from 'vue'

/** Drawn in a 24 × 24 box with a stroke of 2. */
export const ICON_PATHS = {
  start: 'M7 4.5v15l12-7.5z',
  stop: 'M6 6h12v12H6z',
  restart: 'M20.5 12a8.5 8.5 0 1 1-2.5-6l2.5 2.5M20.5 3.5v5h-5',
  pause: 'M8 5v14M16 5v14',
  open: 'M14 4h6v6M11 13l9-9M18 13v6.5H4.5V6H11',
  remove: 'M4 6.5h16M9 6V4h6v2M6 7l1 13h10l1-13M10 11v5M14 11v5',
  more: 'M5 12h.01M12 12h.01M19 12h.01'
} as const

function icon(d: string, strokeWidth = 2): FunctionalComponent<{ size?: number }> {
  const draw: FunctionalComponent<{ size?: number }> = ({ size = 15 }) =>
    h(
      'svg',
      {
        width: size,
        height: size,
        viewBox: '0 0 24 24',
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': strokeWidth,
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round'
      },
      h('path', { d })
    )
  draw.props = ['size']
  return draw
}

export const StartIcon = icon(ICON_PATHS.start)
export const StopIcon = icon(ICON_PATHS.stop)
export const RestartIcon = icon(ICON_PATHS.restart)
export const PauseIcon = icon(ICON_PATHS.pause)
export const RemoveIcon = icon(ICON_PATHS.remove)
export const MoreIcon = icon(ICON_PATHS.more, 3)
