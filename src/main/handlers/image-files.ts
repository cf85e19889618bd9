/** Files of images for the page. Thin: the work is in main/images; here errors learn what was attempted. */
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { imageName } from '@shared/docker/image'
import { oneLine } from '@shared/docker/text'
import { AppError, attempted } from '@shared/errors'
import type { ImageSource } from '@shared/contract/image-files'
import { suggestedName } from '../files/host-names'
import type { ImageFilesService } from '../images/service'
import type { Handlers } from '../ipc/handler'
import type { EngineSession } from '../resources/session'
import type { TaskRegistry } from '../tasks/registry'

type ImageFiles = Handlers['imageFiles']

export interface ImageFilesHandlerDeps {
  readonly images: ImageFilesService
  readonly session: EngineSession
  readonly tasks: TaskRegistry
  /** Asks for an archive, or for a folder; null when the dialog was cancelled. */
  readonly chooseSource: (folder: boolean) => Promise<string | null>
  /** Asks where to save a file of this name. */
  readonly chooseTarget: (name: string) => Promise<string | null>
  /** Asks for the folder that a folder is saved in. */
  readonly chooseTargetFolder: () => Promise<string | null>
}

export function imageFilesHandlers(deps: ImageFilesHandlerDeps) {
  const { images, session } = deps
  const { browser } = images
  return {
    async chooseArchive({ folder }) {
      const path = await deps.chooseSource(folder)
      return path === null ? null : images.sources.remember(path)
    },
    async *open({ source }, { signal }) {
      try {
        yield* images.open(source, signal)
      } catch (error) {
        throw attempted(`Could not open ${nameOf(source, session)}`, error)
      }
    },
    children: (params, { signal }) => browser.one('children', params, signal),
    entry: (params, { signal }) => browser.one('entry', params, signal),
    async *search(params, { signal }) {
      return yield* browser.ask('search', params, signal)
    },
    treemap: (params, { signal }) => browser.one('treemap', params, signal),
    waste: (params, { signal }) => browser.one('waste', params, signal),
    async *read(params, { signal }) {
      try {
        return yield* images.contents.read(params, signal)
      } catch (error) {
        throw attempted(`Could not read ${oneLine(params.path, 300)}`, error)
      }
    },
    save: (params, { signal }) => save(deps, params, signal),
    async saveText({ name, text }) {
      const to = await deps.chooseTarget(name)
      if (to === null) return { saved: false }
      try {
        await writeFile(to, text)
      } catch (error) {
        throw notWritten(basename(to), error)
      }
      return { saved: true }
    },
    compare: (params, { signal }) => browser.one('compare', params, signal),
    textDiff: ({ handle, with: other, path }, { signal }) => images.textDiff(handle, other, path, signal)
  } satisfies ImageFiles
}

/** Asks where to, then saves as a task that goes on when the page is closed. */
const save = async (
  { images, tasks, chooseTarget, chooseTargetFolder }: ImageFilesHandlerDeps,
  at: Parameters<ImageFiles['save']>[0],
  signal: AbortSignal
): Promise<{ taskId: string } | null> => {
  const { entry } = await images.contents.locate(at, signal)
  const name = hostName(entry.name)
  const folder = entry.kind === 'directory' ? await chooseTargetFolder() : null
  const to = entry.kind === 'directory' ? folder && join(folder, name) : await chooseTarget(name)
  if (to === null) return null
  const task = tasks.run(
    `Save ${oneLine(basename(to), 200)}`,
    (update, stop) => images.contents.save(at, to, update, stop),
    (lastWord) => lastWord
  )
  return { taskId: task.id }
}

function notWritten(name: string, cause: unknown): AppError {
  return new AppError('System', `Could not write ${oneLine(name, 200)}.`, {
    hint: 'Choose a folder that you may write to and that has room.',
    cause
  })
}

/** A name of an image as a name here: one part, nothing that a file system could take for more. */
function hostName(name: string): string {
  const text = name.replace(/[^\w. +@=,~-]/gu, keepLetter).slice(0, 100)
  return /^\.*$/.test(text) ? 'image' : suggestedName(text)
}

function nameOf(source: ImageSource, session: EngineSession): string {
  if (source.kind === 'archive') return 'the archive'
  if (source.kind === 'container') return 'the container'
  const image = session.images.get(source.id)
  return image === undefined ? 'the image' : imageName(image)
}

/** Letters of every script stay; controls, separators, wildcards and halves of characters do not. */
const keepLetter = (character: string): string => (/^[\p{L}\p{M}\p{N}]$/u.test(character) ? character : '_')
