/**
 * Rectangles to size, as square as they get (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000): a row is filled along the
 * shorter side for as long as that makes its worst rectangle squarer. Pure.
 */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** One rectangle for each weight, in their order. Weights must be sorted, the largest first, and not be negative. */
export function squarify(weights: readonly number[], into: Rectangle): Rectangle[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const out: Rectangle[] = []
  if (total <= 0 || into.width <= 0 || into.height <= 0) {
    return weights.map(() => ({ x: into.x, y: into.y, width: 0, height: 0 }))
  }
  const scale = (into.width * into.height) / total
  const areas = weights.map((weight) => weight * scale)
  let free = into
  for (let from = 0; from < areas.length;) {
    const side = Math.min(free.width, free.height)
    const to = rowEnd(areas, from, side)
    free = place(areas.slice(from, to), free, out)
    from = to
  }
  return out
}

/** Where the row that begins at `from` ends. */
function rowEnd(areas: readonly number[], from: number, side: number): number {
  const largest = areas[from] ?? 0
  let sum = largest
  let to = from + 1
  for (; to < areas.length; to++) {
    const next = areas[to] ?? 0
    if (worst(largest, areas[to - 1] ?? 0, sum, side) < worst(largest, next, sum + next, side)) break
    sum += next
  }
  return to
}

/** How far from a square the worst of a row is; areas are sorted, so only its first and last can be. */
function worst(largest: number, smallest: number, sum: number, side: number): number {
  const square = sum * sum
  const edge = side * side
  return Math.max((edge * largest) / Math.max(square, 1e-12), square / Math.max(edge * smallest, 1e-12))
}

/** Places a row along the shorter side, answers what is left free. */
function place(row: readonly number[], free: Rectangle, out: Rectangle[]): Rectangle {
  const sum = row.reduce((all, area) => all + area, 0)
  const upright = free.width >= free.height
  const side = upright ? free.height : free.width
  const depth = side > 0 ? sum / side : 0
  let at = 0
  for (const area of row) {
    const length = depth > 0 ? area / depth : 0
    out.push(
      upright
        ? { x: free.x, y: free.y + at, width: depth, height: length }
        : { x: free.x + at, y: free.y, width: length, height: depth }
    )
    at += length
  }
  return upright
    ? { ...free, x: free.x + depth, width: Math.max(0, free.width - depth) }
    : { ...free, y: free.y + depth, height: Math.max(0, free.height - depth) }
}
