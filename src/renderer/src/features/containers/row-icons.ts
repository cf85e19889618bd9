/** The icons of row buttons, one path each: a table shows five per row, and every element of them counts. */
import { h, type FunctionalComponent } from 'vue'

function icon(d: string): FunctionalComponent<{ size?: number }> {
  const draw: FunctionalComponent<{ size?: number }> = ({ size = 15 }) =>
    h(
      'svg',
      {
        width: size,
        height: size,
        viewBox: '0 0 24 24',
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': 2,
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round'
      },
      h('path', { d })
    )
  draw.props = ['size']
  return draw
}

export const StartIcon = icon('M7 4.5v15l12-7.5z')
export const StopIcon = icon('M6 6h12v12H6z')
export const RestartIcon = icon('M20.5 12a8.5 8.5 0 1 1-2.5-6l2.5 2.5M20.5 3.5v5h-5')
export const PauseIcon = icon('M8 5v14M16 5v14')
export const OpenIcon = icon('M14 4h6v6M11 13l9-9M18 13v6.5H4.5V6H11')
export const RemoveIcon = icon('M4 6.5h16M9 6V4h6v2M6 7l1 13h10l1-13M10 11v5M14 11v5')
export const MoreIcon = icon('M5 12h.01M12 12h.01M19 12h.01')
