/** The list of wasted paths while it grows: the largest are kept. Used by waste only. */

/** Copies of a path that one layer wrote and another one made invisible. */
export interface WastedCopy {
  /** The layer that has the bytes. */
  readonly layer: number
  /** The layer that wrote the path again, or removed it. */
  readonly by: number
  readonly how: 'rewritten' | 'removed'
  bytes: number
  files: number
}

export interface WastedPath {
  readonly path: string
  readonly bytes: number
  /** More than one when a whole directory was removed. */
  readonly files: number
  readonly copies: readonly WastedCopy[]
}

export class Row {
  bytes = 0
  files = 0
  readonly copies = new Map<string, WastedCopy>()
  readonly path: () => string

  constructor(path: () => string) {
    this.path = path
  }

  add(layer: number, by: number, how: WastedCopy['how'], bytes: number, files: number): void {
    this.bytes += bytes
    this.files += files
    const key = `${layer} ${by}`
    const copy = this.copies.get(key)
    if (copy === undefined) this.copies.set(key, { layer, by, how, bytes, files })
    else {
      copy.bytes += bytes
      copy.files += files
    }
  }
}

export class WasteRows {
  readonly #limit: number
  readonly #rows: Row[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** A row may still grow: what is below its directory comes later. */
  add(row: Row): void {
    this.#rows.push(row)
  }

  result(): { readonly paths: WastedPath[]; readonly total: number } {
    const rows = this.#rows.filter((row) => row.files > 0)
    const largest = rows.sort((a, b) => b.bytes - a.bytes || b.files - a.files).slice(0, this.#limit)
    const paths = largest.map((row) => ({
      path: row.path(),
      bytes: row.bytes,
      files: row.files,
      copies: [...row.copies.values()].sort((a, b) => a.layer - b.layer || a.by - b.by)
    }))
    return { paths, total: rows.length }
  }
}
