/** One thing to say of a Dockerfile, whoever found it. */
export interface Finding {
  readonly rule: string
  readonly message: string
  readonly severity: 'error' | 'warning'
  /** Where Docker tells about it; empty for nowhere. */
  readonly url: string
  /** From 1; the first line for what is said of the whole. */
  readonly line: number
  readonly endLine: number
  /** Columns from 0; null for whole lines. */
  readonly columns: { readonly from: number; readonly to: number } | null
  readonly source: 'typed' | 'buildkit'
}

export const SEVERITY_WORDS = { error: 'Error', warning: 'Warning' } as const
