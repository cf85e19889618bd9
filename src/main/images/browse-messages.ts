/** What main and the browsing thread say to each other. Everything asked is a stream: items, then an end or an error. */
import type {
  FileEntry,
  FileView,
  ImageComparison,
  OpenedImage,
  OpenEvent,
  TextDiff,
  TreemapNode,
  WastedPath
} from '@shared/contract/image-files'
import type {
  PackageDifferencesEvent,
  PackagesEvent,
  PackagesSummary,
  SbomFormat
} from '@shared/contract/packages'
import type { PlainError } from '@shared/errors'
import type { ChildrenOptions } from './entries'
import type { PackedItem } from './pack'
import type { Source } from './source'

interface At {
  readonly handle: string
  readonly view: FileView
  readonly path: string
}

/** Where a file's bytes are to be had from. */
export interface Located {
  readonly entry: FileEntry
  /**
   * The path that has these very bytes in a container made from the whole image (or in the container itself), so that the
   * engine can be asked for it; null when only the layer has them.
   */
  readonly livePath: string | null
  readonly source: Source
}

/** Every question: its parameters, the items of its answer, and the value it ends with. */
export interface Questions {
  open: { params: { readonly handle: string; readonly source: Source }; item: OpenEvent; end: undefined }
  close: { params: { readonly handle: string }; item: never; end: undefined }
  children: { params: At & ChildrenOptions; item: never; end: { entries: FileEntry[]; total: number } }
  entry: { params: At; item: never; end: FileEntry }
  search: {
    params: {
      readonly handle: string
      readonly view: FileView
      readonly query: string
      readonly limit: number
    }
    item: FileEntry[]
    end: { total: number }
  }
  treemap: { params: At & { readonly depth: number; readonly limit: number }; item: never; end: TreemapNode }
  waste: {
    params: { readonly handle: string; readonly limit: number }
    item: never
    end: { paths: WastedPath[]; total: number }
  }
  compare: { params: { readonly handle: string; readonly with: string }; item: never; end: ImageComparison }
  summary: { params: { readonly handle: string }; item: never; end: OpenedImage }
  /** The view of the whole image. */
  wholeView: { params: { readonly handle: string }; item: never; end: FileView }
  locate: { params: At; item: never; end: Located }
  /** The bytes of a file out of its layer. */
  read: {
    params: At & { readonly offset: number; readonly limit: number }
    item: Uint8Array<ArrayBuffer>
    end: undefined
  }
  /** A file or a directory with everything in it. */
  pack: { params: At; item: PackedItem; end: undefined }
  textDiff: {
    params: { readonly before: Uint8Array; readonly after: Uint8Array }
    item: never
    end: TextDiff
  }
  packages: { params: { readonly handle: string }; item: PackagesEvent; end: PackagesSummary }
  comparePackages: {
    params: { readonly handle: string; readonly with: string }
    item: PackageDifferencesEvent
    end: { added: number; removed: number; changed: number; same: number; notes: string[] }
  }
  /** A bill of materials as the bytes of its file. */
  sbom: {
    params: {
      readonly handle: string
      readonly format: SbomFormat
      /** Who writes it: `quayside 1.2.3`. */
      readonly tool: string
      readonly now: number
    }
    item: Uint8Array<ArrayBuffer>
    end: { packages: number }
  }
}
export type Question = keyof Questions

export type ToBrowser =
  | { readonly type: 'ask'; readonly id: number; readonly question: Question; readonly params: unknown }
  /** The items so far have been used: more may come. */
  | { readonly type: 'more'; readonly id: number }
  | { readonly type: 'cancel'; readonly id: number }

export type FromBrowser =
  | { readonly type: 'item'; readonly id: number; readonly item: unknown }
  | { readonly type: 'end'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: PlainError }
