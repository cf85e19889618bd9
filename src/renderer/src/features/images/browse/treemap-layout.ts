/** A treemap's nodes as rectangles on the page: folders with room for a heading hold what is in them. Pure. */
import type { TreemapNode } from '@shared/contract/image-files'
import { squarify, type Rectangle } from './squarify'

export interface MapBox extends Rectangle {
  readonly node: TreemapNode
  /** 1 for what is right below the root of the map. */
  readonly level: number
  /** A folder whose content is drawn in it. */
  readonly opened: boolean
}

const HEADING = 18
const PADDING = 2
/** Smaller than this and nothing can be told apart in it. */
const SMALLEST = 3
const ROOM = { width: 48, height: 44 }
const MAX_BOXES = 600

export function treemapBoxes(root: TreemapNode, size: { width: number; height: number }): MapBox[] {
  const boxes: MapBox[] = []
  fill(root, { x: 0, y: 0, ...size }, 1, boxes)
  return boxes
}

function fill(node: TreemapNode, into: Rectangle, level: number, boxes: MapBox[]): void {
  const children = [...node.children].sort((a, b) => b.bytes - a.bytes)
  // What is left out keeps its room, so that no rectangle is larger than it is.
  const weights = children.map(({ bytes }) => bytes)
  const rest = Math.max(0, node.rest.bytes)
  const at = weights.findIndex((bytes) => bytes < rest)
  const place = at < 0 ? weights.length : at
  const rectangles = squarify([...weights.slice(0, place), rest, ...weights.slice(place)], into)
  rectangles.splice(place, 1)
  for (const [index, child] of children.entries()) {
    const box = rectangles[index]
    if (box === undefined || box.width < SMALLEST || box.height < SMALLEST) continue
    if (boxes.length >= MAX_BOXES) return
    const opened = child.children.length > 0 && box.width >= ROOM.width && box.height >= ROOM.height
    boxes.push({ ...box, node: child, level, opened })
    if (opened) fill(child, inside(box), level + 1, boxes)
  }
}

function inside({ x, y, width, height }: Rectangle): Rectangle {
  return {
    x: x + PADDING,
    y: y + HEADING,
    width: Math.max(0, width - 2 * PADDING),
    height: Math.max(0, height - HEADING - PADDING)
  }
}
