/**
 * The files of a container, running or not: what is in a folder, what changed since the image, contents, and long copies
 * as tasks. Paths are absolute and byte for byte (see main/docker/path-bytes.ts); paths of the host stay in main.
 */
import { z } from 'zod'
import { MAX_READ_BYTES } from '../docker/file-limits'
import { ContainerId } from './containers'
import { call, stream } from './dsl'

/** Linux allows 4096 bytes. */
export const ContainerPath = z
  .string()
  .max(4096)
  .regex(/^\/[^\0]*$/)

const Bytes = z.instanceof(Uint8Array)
const at = z.object({ id: ContainerId, path: ContainerPath })

/** Where what is seen at a path comes from, when it is not the container's own layer. */
export const FileMount = z.object({
  /** `volume`, `bind`, `tmpfs` … */
  type: z.string(),
  /** The volume's name or the host's path; empty for a tmpfs. */
  source: z.string(),
  readOnly: z.boolean()
})
export type FileMount = z.output<typeof FileMount>

export const FileEntry = z.object({
  name: z.string(),
  type: z.enum(['file', 'directory', 'symlink', 'block', 'character', 'fifo', 'socket', 'other']),
  /** Bytes. */
  size: z.number(),
  /** Permission bits with set-uid, set-gid and sticky. */
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
  /** Milliseconds since the epoch. */
  mtime: z.number(),
  /** Where a symlink points to, as it is written in it. */
  target: z.string().nullable(),
  /** Set on the very folder or file that is mounted. */
  mount: FileMount.nullable()
})
export type FileEntry = z.output<typeof FileEntry>

export const FileChange = z.object({ kind: z.enum(['added', 'changed', 'deleted']), path: z.string() })
export type FileChange = z.output<typeof FileChange>

/** What a read ends with. */
export const ReadEnd = z.object({
  size: z.number(),
  /** Changes whenever the file does; a write names the one it was made from. */
  version: z.string(),
  truncated: z.boolean()
})
export type ReadEnd = z.output<typeof ReadEnd>

/** One thing that is dropped on a folder. `path` is relative, with forward slashes; the folder of an entry comes before it. */
const DropEntry = z.object({
  type: z.literal('entry'),
  kind: z.enum(['file', 'directory']),
  path: z.string().min(1).max(4096),
  size: z.number().int().nonnegative(),
  mtime: z.number()
})
export const DropInput = z.discriminatedUnion('type', [
  DropEntry,
  z.object({ type: z.literal('data'), bytes: Bytes }),
  z.object({ type: z.literal('finish') })
])
export type DropInput = z.output<typeof DropInput>

export const files = {
  /** The entries of a folder, in the order they are found. `fresh` reads it anew whatever was kept. */
  list: stream({
    params: at.extend({ fresh: z.boolean() }),
    item: z.object({
      entries: z.array(FileEntry),
      /** Bytes read from the engine so far; only while that is slow enough to be worth saying. */
      readBytes: z.number()
    }),
    delivery: 'lossless'
  }),
  /** `docker diff`. */
  changes: call({ params: z.object({ id: ContainerId }), result: z.array(FileChange) }),
  /** Where a path leads: symlinks are followed inside the container. Fails when there is nothing. */
  resolve: call({
    params: at,
    result: z.object({ path: z.string(), directory: z.boolean() })
  }),
  /** The first `limit` bytes of a regular file. */
  read: stream({
    params: at.extend({
      limit: z.number().int().nonnegative().max(MAX_READ_BYTES)
    }),
    item: Bytes,
    end: ReadEnd,
    delivery: 'lossless'
  }),
  /** Replaces a file's content, keeping owner and mode. With a `version`, fails as `Conflict` when the file has another one. */
  write: call({
    params: at.extend({ content: Bytes, version: z.string().max(200).nullable() }),
    result: z.object({ version: z.string() })
  }),
  makeFolder: call({ params: at, result: z.void() }),
  /** Asks for files (or folders) of the host; the token starts the upload. Null when the dialog was cancelled. */
  chooseUpload: call({
    params: at.extend({ what: z.enum(['files', 'folder']) }),
    result: z
      .object({
        token: z.string(),
        names: z.array(z.string()),
        /** Of those, what is in the folder already and would be written over. */
        existing: z.array(z.string())
      })
      .nullable()
  }),
  upload: call({
    params: z.object({ token: z.string().max(64) }),
    result: z.object({ taskId: z.string() })
  }),
  /** Which of these names a folder has already. */
  existing: call({
    params: at.extend({ names: z.array(z.string().max(4096)).max(1000) }),
    result: z.array(z.string())
  }),
  /** Writes what the page sends, as a task; each item says how many bytes main has taken, so that the page never runs ahead. */
  drop: stream({
    params: at.extend({
      title: z.string().max(300),
      totalBytes: z.number().nonnegative(),
      count: z.number().int().nonnegative()
    }),
    item: z.object({ takenBytes: z.number() }),
    input: DropInput,
    delivery: 'lossless'
  }),
  /** Asks where to save and copies as a task; null when the dialog was cancelled. */
  download: call({
    params: at,
    result: z.object({ taskId: z.string() }).nullable()
  })
}
