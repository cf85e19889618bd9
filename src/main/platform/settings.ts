/**
 * The settings file: read once at start, kept in memory, replaced as a whole on every change. Owned by main/application.ts,
 * used by handlers/settings and the engine supervisor. A damaged file costs only what is damaged: each key falls back
 * to its default, keys this version does not know are kept, and the last good file is beside it as `.bak`.
 */
import { copyFileSync, renameSync } from 'node:fs'
import { AppError } from '@shared/errors'
import { z } from 'zod'
import { createCell } from './cell'
import { readIfThere, writeFileAtomically } from './files'
import type { Logger } from './logger'

type Tree = { [key: string]: unknown }

/** Any part of the settings, at any depth. */
export type DeepPartial<T> = T extends object
  ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined }
  : T

export interface SettingsStore<T> {
  readonly current: T
  /** The current settings first, then the newest after each change. */
  watch(signal: AbortSignal): AsyncGenerator<T, void, void>
  /**
   * Changes some keys and saves. When the file cannot be written the change is undone and an AppError thrown; a value
   * the schema refuses is `InvalidParameter`.
   */
  update(change: DeepPartial<T>): void
}

/** Opens the settings at `path`; never fails, whatever the file holds. */
export function openSettings<S extends z.ZodObject>(
  path: string,
  schema: S,
  logger: Logger
): SettingsStore<z.output<S>> {
  type T = z.output<S>
  let raw = readTree(path, logger)
  const cell = createCell<T>(readShape(schema, raw) as T)
  return {
    get current() {
      return cell.current
    },
    watch: (signal) => cell.watch(signal),
    update(change) {
      const merged = mergeTree(raw, change)
      const next = schema.safeParse(mergeTree(cell.current, change))
      if (!next.success) {
        throw new AppError('InvalidParameter', 'A setting has a value that Quayside does not know.', {
          cause: next.error
        })
      }
      saveTree(path, merged)
      raw = merged
      cell.set(next.data)
    }
  }
}

function readTree(path: string, logger: Logger): Tree {
  for (const [n, candidate] of [path, `${path}.bak`].entries()) {
    try {
      const text = readIfThere(candidate)
      if (text === null) continue
      const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
      if (isTree(value)) return value
      throw new Error('not a JSON object')
    } catch (error) {
      logger.warn('The settings file could not be read.', { area: 'settings', path: candidate }, error)
      if (n === 0) keepBroken(path)
    }
  }
  return {}
}

/** A file we cannot read is moved aside rather than overwritten: somebody may want to repair it. */
function keepBroken(path: string): void {
  try {
    renameSync(path, `${path}.broken`)
  } catch {
    // A read-only disk; then it will not be overwritten either.
  }
}

function saveTree(path: string, tree: Tree): void {
  try {
    try {
      copyFileSync(path, `${path}.bak`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    writeFileAtomically(path, `${JSON.stringify(tree, null, 2)}\n`)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw new AppError('System', 'The settings could not be saved.', {
      hint:
        code === 'ENOSPC'
          ? 'The disk is full. Free some space and try again.'
          : `Check that ${path} can be written, then try again.`,
      details: { path, reason: code },
      cause
    })
  }
}

/** Each key by its own schema; what does not parse becomes the key's default. */
function readShape(schema: z.ZodObject, value: unknown): Tree {
  const tree = isTree(value) ? value : {}
  const result: Tree = {}
  for (const [key, field] of Object.entries(schema.shape)) {
    const own = Object.hasOwn(tree, key) ? tree[key] : undefined
    result[key] = field instanceof z.ZodObject ? readShape(field, own) : readLeaf(field as z.ZodType, own)
  }
  return result
}

function readLeaf(field: z.ZodType, value: unknown): unknown {
  const parsed = field.safeParse(value)
  return parsed.success ? parsed.data : field.parse(undefined)
}

function mergeTree(base: Tree, change: Tree): Tree {
  const result: Tree = { ...base }
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined || key === '__proto__') continue
    const old = Object.hasOwn(base, key) ? base[key] : undefined
    result[key] = isTree(value) ? mergeTree(isTree(old) ? old : {}, value) : value
  }
  return result
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
