/**
 * What is in an image, without running it: layers, files, where the bytes are, what differs. Opening is a stream that stays
 * open as long as the page looks at the image; its handle is asked for everything else.
 */
import { z } from 'zod'
import { RunConfig, HistoryEntry } from '../docker/image-config'
import { ContainerId } from './containers'
import { call, stream } from './dsl'
import { ImageId } from './images'

const Handle = z.string().max(64)
/** A path as entries have it; bytes that are not UTF-8 are lone surrogates U+DC80…U+DCFF. */
const Path = z.string().max(100_000)
const Index = z.number().int().min(0).max(100_000)

export const ImageSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), id: ImageId }),
  /** Everything in a container, as `docker export` has it: one layer without history. */
  z.object({ kind: z.literal('container'), id: ContainerId }),
  /** A tar or OCI layout of this computer, by the token of `chooseArchive`. `image` chooses when it holds several. */
  z.object({ kind: z.literal('archive'), token: Handle, image: Index.optional() })
])
export type ImageSource = z.output<typeof ImageSource>

export const FileView = z.discriminatedUnion('kind', [
  /** The image up to and with `layers[layer]`; badges say what that layer did. Nothing removed is in it. */
  z.object({ kind: z.literal('image'), layer: Index }),
  /** What `layers[layer]` added, changed and removed. */
  z.object({ kind: z.literal('layer'), layer: Index }),
  /** The handle's whole image held against another one: added is what only `with` has. */
  z.object({ kind: z.literal('compare'), with: Handle })
])
export type FileView = z.output<typeof FileView>

export const FILE_KINDS = ['file', 'directory', 'symlink', 'hardlink', 'character', 'block', 'fifo'] as const
export const FileBadge = z.enum(['added', 'changed', 'removed']).nullable()

const Facts = z.object({
  kind: z.enum(FILE_KINDS),
  /** Bytes of this file; a hard link has those of the file it stands for. 0 for all other kinds. */
  sizeBytes: z.number(),
  /** Permission bits with setuid (0o4000), setgid (0o2000) and sticky (0o1000). */
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
  /** Milliseconds since the epoch. */
  modifiedAt: z.number(),
  /** A symlink's target, a hard link's path, a device's `major:minor`; null for others. */
  link: z.string().nullable()
})

export const FileEntry = Facts.extend({
  /** Empty for the root. */
  name: z.string(),
  /** `/usr/lib/libc.so`; `/` for the root. */
  path: z.string(),
  badge: FileBadge,
  /** Bytes below a directory and of the file itself, each counted once: a hard link adds nothing. */
  totalBytes: z.number(),
  /** Everything below that is not a directory; 1 for a file. */
  files: z.number(),
  /** Entries right below a directory. */
  children: z.number(),
  /** Which of the image's `layers` it is from; null when it is from no history (a container). */
  layer: z.number().nullable(),
  /** The archive's name for it tried to leave the root or to go through a file; it is shown where that would have ended. */
  damaged: z.boolean(),
  /** It carries extended attributes, for example capabilities. */
  attributes: z.boolean(),
  /** What it was before, in `layer` and `compare` views, when it is `changed`. */
  before: Facts.nullable()
})
export type FileEntry = z.output<typeof FileEntry>

/** One step of the history, lowest first. */
export const ImageLayer = z.object({
  /** Its place in `layers`: what views and entries call it. */
  index: z.number(),
  /** On one line, as a Dockerfile has it: `RUN apt-get update`. */
  instruction: z.string(),
  /** As the history has it. */
  createdBy: z.string(),
  comment: z.string(),
  /** Milliseconds since the epoch; null when it does not say. */
  createdAt: z.number().nullable(),
  /** It changed the configuration only and has no files. */
  empty: z.boolean(),
  /** `sha256:…` of the uncompressed layer; null for an empty one and for a container. */
  diffId: z.string().nullable(),
  /** Bytes of its files. */
  sizeBytes: z.number(),
  /** Files, links and devices it adds, writes again, and removes. */
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  /** Names in it that are damaged (see FileEntry). */
  damagedNames: z.number()
})
export type ImageLayer = z.output<typeof ImageLayer>

export const OpenedImage = z.object({
  handle: z.string(),
  /** `repository:tag`, the container's or the file's name. */
  name: z.string(),
  /** `linux/amd64`. */
  platform: z.string(),
  layers: z.array(ImageLayer),
  /** Bytes of the files the whole image shows. */
  sizeBytes: z.number(),
  /** Bytes of the files all layers hold; the difference is wasted. */
  storedBytes: z.number(),
  wastedBytes: z.number(),
  /** 0 to 1, as dive defines it: Σ over paths of its smallest size in any layer ÷ Σ of its sizes in all layers. */
  efficiency: z.number(),
  files: z.number(),
  /** As it was read from the image: what is a map there is a list of its keys here already. */
  config: RunConfig.extend({ ExposedPorts: z.array(z.string()), Volumes: z.array(z.string()) }),
  history: z.array(HistoryEntry),
  /** What the archive holds, when it is one: for choosing another image of it. */
  archived: z.array(z.object({ name: z.string(), platform: z.string() })),
  /** Which of `archived` is open. */
  chosen: z.number(),
  /** Layers that had been read before. */
  cachedLayers: z.number()
})
export type OpenedImage = z.output<typeof OpenedImage>

export const OpenEvent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('progress'),
    /** Read so far; `totalBytes` is null when it is not known beforehand. */
    bytes: z.number(),
    totalBytes: z.number().nullable(),
    layers: z.number(),
    files: z.number()
  }),
  z.object({ kind: z.literal('ready'), image: OpenedImage })
])
export type OpenEvent = z.output<typeof OpenEvent>

export const WastedPath = z.object({
  path: z.string(),
  bytes: z.number(),
  /** More than 1 when a whole directory was removed. */
  files: z.number(),
  copies: z.array(
    z.object({
      /** The layer that holds the bytes, by its index in `layers`. */
      layer: z.number(),
      /** The layer that made them invisible. */
      by: z.number(),
      how: z.enum(['rewritten', 'removed']),
      bytes: z.number(),
      files: z.number()
    })
  )
})
export type WastedPath = z.output<typeof WastedPath>

export interface TreemapNode {
  name: string
  path: string
  directory: boolean
  bytes: number
  files: number
  children: TreemapNode[]
  /** What is below and not in `children`. */
  rest: { bytes: number; files: number }
}
const TreemapNode: z.ZodType<TreemapNode> = z.object({
  name: z.string(),
  path: z.string(),
  directory: z.boolean(),
  bytes: z.number(),
  files: z.number(),
  get children() {
    return z.array(TreemapNode)
  },
  rest: z.object({ bytes: z.number(), files: z.number() })
})

/** One key of the configuration that is not the same: `Env PATH`, `Cmd`, `Labels maintainer`. Null: not set. */
export const ConfigDifference = z.object({
  key: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable()
})
export type ConfigDifference = z.output<typeof ConfigDifference>

export const ImageComparison = z.object({
  /** Files and directories. */
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  same: z.number(),
  sizeBytes: z.object({ before: z.number(), after: z.number() }),
  /** Layers both have, at the same place from the bottom; `total` of each side without empty ones. */
  sharedLayers: z.object({ count: z.number(), bytes: z.number(), before: z.number(), after: z.number() }),
  config: z.array(ConfigDifference)
})
export type ImageComparison = z.output<typeof ImageComparison>

/** A piece of a text diff: lines with ` `, `-` or `+` before them. */
export const DiffHunk = z.object({
  oldStart: z.number(),
  newStart: z.number(),
  lines: z.array(z.string())
})

export const TextDiff = z.object({
  /** `binary` and `too-large` (over a mebibyte, or too different) have no hunks. */
  kind: z.enum(['text', 'same', 'binary', 'too-large']),
  hunks: z.array(DiffHunk)
})
export type TextDiff = z.output<typeof TextDiff>

const at = { handle: Handle, view: FileView, path: Path }

export const imageFiles = {
  /** Asks for an image archive, or with `folder` for an OCI layout's folder; null when the dialog was cancelled. */
  chooseArchive: call({
    params: z.object({ folder: z.boolean() }),
    result: z.object({ token: z.string(), name: z.string() }).nullable()
  }),
  /** Progress, then `ready` once. Keep it open while the image is looked at: closing it releases the handle. */
  open: stream({ params: z.object({ source: ImageSource }), item: OpenEvent, delivery: 'latest' }),
  /** A directory's entries. `changes` leaves out what has no badge. Sizes sort the largest first. */
  children: call({
    params: z.object({
      ...at,
      sort: z.enum(['name', 'size']).default('name'),
      changes: z.boolean().default(false),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(5000).default(1000)
    }),
    result: z.object({ entries: z.array(FileEntry), total: z.number() })
  }),
  /** One entry; NotFound when the view does not have the path. */
  entry: call({ params: z.object(at), result: FileEntry }),
  /**
   * Finds by a part of the name, by a part of the path when there is a slash in it, or by a pattern with `*`, `?`, `[…]` and
   * `**`. Letter case does not matter. Closing it cancels; it ends with how many there are, at most `limit` were sent.
   */
  search: stream({
    params: z.object({
      handle: Handle,
      view: FileView,
      query: z.string().min(1).max(1000),
      limit: z.number().int().min(1).max(10_000).default(1000)
    }),
    item: z.array(FileEntry),
    end: z.object({ total: z.number() }),
    delivery: 'lossless'
  }),
  treemap: call({
    params: z.object({
      ...at,
      depth: z.number().int().min(1).max(32).default(6),
      limit: z.number().int().min(10).max(5000).default(1000)
    }),
    result: TreemapNode
  }),
  /** Paths whose bytes the image carries without showing them, the largest first. */
  waste: call({
    params: z.object({ handle: Handle, limit: z.number().int().min(1).max(5000).default(500) }),
    result: z.object({ paths: z.array(WastedPath), total: z.number() })
  }),
  /** The bytes of a file (a hard link is followed), from `offset`, at most `limit`. */
  read: stream({
    params: z.object({
      ...at,
      offset: z.number().int().min(0).default(0),
      limit: z
        .number()
        .int()
        .min(1)
        .default(1024 * 1024)
    }),
    item: z.instanceof(Uint8Array),
    end: z.object({ sizeBytes: z.number() }),
    delivery: 'lossless'
  }),
  /** Asks for a folder and saves a file or a directory there, as a task; null when the dialog was cancelled. */
  save: call({ params: z.object(at), result: z.object({ taskId: z.string() }).nullable() }),
  /** Asks where to and writes a text that was made of an image, such as its Dockerfile; false when the dialog was cancelled. */
  saveText: call({
    params: z.object({ name: z.enum(['Dockerfile']), text: z.string().max(4_000_000) }),
    result: z.object({ saved: z.boolean() })
  }),
  /** What differs between two open images, the handle's own being the one before. Files are listed by the `compare` view. */
  compare: call({ params: z.object({ handle: Handle, with: Handle }), result: ImageComparison }),
  /** The lines of a file that differ between two open images. */
  textDiff: call({ params: z.object({ handle: Handle, with: Handle, path: Path }), result: TextDiff })
}
