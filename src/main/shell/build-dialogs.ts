/** Native dialogs of the form of a build: what is built, with what, and where the result goes. */
import { join } from 'node:path'
import { app, BrowserWindow, dialog, type OpenDialogOptions } from 'electron'
import { oneLine } from '@shared/docker/text'

export type BuildChoice = 'context' | 'tar' | 'dockerfile' | 'secret' | 'output-file' | 'output-folder'

const FILE: OpenDialogOptions['properties'] = ['openFile', 'showHiddenFiles']
const OPEN: Readonly<Record<Exclude<BuildChoice, 'output-file'>, OpenDialogOptions>> = {
  context: { title: 'Choose the context', properties: ['openDirectory'] },
  tar: {
    title: 'Choose an archive',
    properties: FILE,
    filters: [
      { name: 'Archives', extensions: ['tar', 'gz', 'tgz', 'xz', 'bz2', 'zst'] },
      { name: 'All files', extensions: ['*'] }
    ]
  },
  dockerfile: { title: 'Choose a Dockerfile', properties: FILE },
  secret: { title: 'Choose the file of a secret', properties: FILE },
  'output-folder': { title: 'Choose where to write', properties: ['openDirectory', 'createDirectory'] }
}

/** null when the user cancelled. */
export async function chooseForBuild(what: BuildChoice): Promise<string | null> {
  const window = BrowserWindow.getFocusedWindow()
  if (what === 'output-file') {
    const options = {
      title: 'Choose a file to write',
      defaultPath: join(app.getPath('downloads'), 'image.tar'),
      properties: ['createDirectory' as const, 'showOverwriteConfirmation' as const]
    }
    const answer = await (window === null
      ? dialog.showSaveDialog(options)
      : dialog.showSaveDialog(window, options))
    return answer.canceled || answer.filePath === '' ? null : answer.filePath
  }
  const options = { ...OPEN[what], buttonLabel: 'Choose', defaultPath: app.getPath('home') }
  const answer = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options))
  return answer.filePaths[0] ?? null
}

/** A file that was not chosen in a dialog is edited only after this question, which the page can neither ask nor answer. */
export async function agreeToEdit(path: string): Promise<boolean> {
  const window = BrowserWindow.getFocusedWindow()
  const options = {
    type: 'question' as const,
    title: 'Edit a file',
    message: 'Edit this file?',
    detail: `${oneLine(path, 1000)}\n\nIt is not in a folder that you have chosen since Quayside was started.`,
    buttons: ['Cancel', 'Edit'],
    defaultId: 1,
    cancelId: 0,
    noLink: true
  }
  const { response } = await (window === null
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(window, options))
  return response === 1
}

/** Quitting would lose what was typed. Waits for the answer: nothing goes on meanwhile. */
export function agreeToLose(path: string): boolean {
  const window = BrowserWindow.getAllWindows()[0]
  const options = {
    type: 'warning' as const,
    title: 'Quit Quayside',
    message: 'Quit without saving?',
    detail: `${oneLine(path, 1000)} has changes that are not saved.`,
    buttons: ['Stay', 'Quit without saving'],
    defaultId: 0,
    cancelId: 0,
    noLink: true
  }
  const answer =
    window === undefined ? dialog.showMessageBoxSync(options) : dialog.showMessageBoxSync(window, options)
  return answer === 1
}
