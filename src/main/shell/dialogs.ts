/** Native file dialogs: the only way a path of the host gets into the app from the window. */
import { app, dialog, type BrowserWindow } from 'electron'

/** Asks for an image archive; null when the user cancelled. */
export async function chooseArchive(window: BrowserWindow | null): Promise<string | null> {
  const options = {
    title: 'Load an image',
    buttonLabel: 'Load',
    defaultPath: app.getPath('home'),
    properties: ['openFile' as const],
    filters: [
      { name: 'Image archives', extensions: ['tar', 'gz', 'tgz', 'xz', 'bz2', 'zst'] },
      { name: 'All files', extensions: ['*'] }
    ]
  }
  const answer =
    window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options)
  return answer.canceled ? null : (answer.filePaths[0] ?? null)
}
