/** One line of `docker info` and what stands under it; made by info-entries.ts and info-swarm.ts, shown by info-text.ts. */

export interface Entry {
  /** Without the colon; absent for a bare line such as a label. */
  readonly label?: string
  /** Absent for a heading. */
  readonly value?: string
  /** Not printed itself; its children are. */
  readonly omitted?: boolean
  /** Spaces before the line beyond one a level. */
  readonly extraIndent?: number
  /** A docker CLI newer than the bundled one prints it; the text leaves it out, the page shows it. */
  readonly newerCli?: boolean
  readonly children?: readonly Entry[]
}

/** `label: value`, whatever the value. */
export function line(label: string, value: string | number | boolean, children?: readonly Entry[]): Entry {
  return { label, value: String(value), ...(children === undefined ? {} : { children }) }
}

/** `label:` and what stands under it. */
export function heading(label: string, children: readonly Entry[]): Entry {
  return { label, children }
}

/** A line of its own without a label. */
export function bare(value: string, children?: readonly Entry[]): Entry {
  return { value, ...(children === undefined ? {} : { children }) }
}
