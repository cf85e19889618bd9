/** The columns of a layer that is still being read: nodes in the order they came. Used by layer-builder and layer-seal. */
import { grown } from './columns'

/** Flag of a node that was replaced; whatever is below it is gone too. */
export const DEAD = 128

export class NodeColumns {
  count = 0
  parent = new Uint32Array(1024)
  name = new Uint32Array(1024)
  kind = new Uint8Array(1024)
  flags = new Uint8Array(1024)
  mode = new Uint16Array(1024)
  uid = new Uint32Array(1024)
  gid = new Uint32Array(1024)
  size = new Float64Array(1024)
  mtime = new Float64Array(1024)
  crc = new Uint32Array(1024)
  link = new Uint32Array(1024)
  contentAt = new Float64Array(1024)

  /** A new node, all zeros but for its place. */
  add(parent: number, name: number): number {
    if (this.count === this.parent.length) this.#grow()
    const node = this.count
    this.count += 1
    this.parent[node] = parent
    this.name[node] = name
    return node
  }

  #grow(): void {
    const room = this.count * 2
    this.parent = grown(this.parent, room)
    this.name = grown(this.name, room)
    this.kind = grown(this.kind, room)
    this.flags = grown(this.flags, room)
    this.mode = grown(this.mode, room)
    this.uid = grown(this.uid, room)
    this.gid = grown(this.gid, room)
    this.size = grown(this.size, room)
    this.mtime = grown(this.mtime, room)
    this.crc = grown(this.crc, room)
    this.link = grown(this.link, room)
    this.contentAt = grown(this.contentAt, room)
  }
}
