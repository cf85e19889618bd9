/** What main and the scanning thread say to each other. Stores and views are numbered by main. */
import type { LogFacets } from '@shared/contract/logs'
import type { PlainError } from '@shared/errors'
import type { ColumnsState } from './columns'
import type { ShareEvent } from './line-store'
import type { ScanPlan } from './view-scan'

export type ToScan =
  /** One number in shared memory: the view that is being worked on, so that one that never ends can be named. */
  | { readonly type: 'begin'; readonly current: SharedArrayBuffer }
  | { readonly type: 'share'; readonly store: number; readonly event: ShareEvent }
  | { readonly type: 'extent'; readonly store: number; readonly firstLine: number; readonly endLine: number }
  | { readonly type: 'forget'; readonly store: number }
  | {
      readonly type: 'open'
      readonly view: number
      readonly stores: readonly number[]
      readonly plan: ScanPlan
    }
  | { readonly type: 'close'; readonly view: number }
  | {
      readonly type: 'ranges'
      readonly view: number
      readonly request: number
      readonly texts: readonly string[]
    }

/** Columns as they are now; the buffers only when they are new. */
export interface ColumnsNews extends ColumnsState {
  readonly buffers: readonly SharedArrayBuffer[] | null
}

export type FromScan =
  | {
      readonly type: 'state'
      readonly view: number
      readonly rows: ColumnsNews
      readonly matches: ColumnsNews
      /** null: none. */
      readonly changedFrom: number | null
      readonly facets: LogFacets | null
      /** Every line there is has been looked at. */
      readonly done: boolean
    }
  | { readonly type: 'failed'; readonly view: number; readonly error: PlainError }
  | { readonly type: 'ranges'; readonly request: number; readonly ranges: readonly (readonly number[])[] }
  /** Nothing left to do until something is said again. */
  | { readonly type: 'idle' }
