/** Native file dialogs: the only way a path of the host gets into the app from the window. */
import { app, BrowserWindow, dialog } from 'electron'

/** Asks for an image archive; null when the user cancelled. */
export async function chooseArchive(): Promise<string | null> {
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
  const window = BrowserWindow.getFocusedWindow()
  const answer =
    window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options)
  return answer.canceled ? null : (answer.filePaths[0] ?? null)
}
