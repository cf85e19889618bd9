/** Native file dialogs: the only way a path of the host gets into the app from the window. */
import { join } from 'node:path'
import { app, BrowserWindow, dialog, type OpenDialogOptions, type SaveDialogOptions } from 'electron'

/** Asks for an archive to load or to import; null when the user cancelled. */
export async function chooseArchive(verb: 'Load' | 'Import' = 'Load'): Promise<string | null> {
  const options = {
    title: verb === 'Load' ? 'Load an image' : 'Import a root file system',
    buttonLabel: verb,
    defaultPath: app.getPath('home'),
    properties: ['openFile' as const],
    filters: [
      {
        name: verb === 'Load' ? 'Image archives' : 'Archives',
        extensions: ['tar', 'gz', 'tgz', 'xz', 'bz2', 'zst']
      },
      { name: 'All files', extensions: ['*'] }
    ]
  }
  return (await open(options))?.[0] ?? null
}

/** Asks for an image archive to look into, or for the folder of an OCI layout; null when the user cancelled. */
export async function chooseImageSource(folder: boolean): Promise<string | null> {
  const files = [
    { name: 'Image archives', extensions: ['tar', 'gz', 'tgz', 'zst'] },
    { name: 'All files', extensions: ['*'] }
  ]
  const paths = await open({
    title: folder ? 'Open an OCI layout' : 'Open an image archive',
    buttonLabel: 'Open',
    defaultPath: app.getPath('home'),
    properties: [folder ? 'openDirectory' : 'openFile'],
    ...(folder ? {} : { filters: files })
  })
  return paths?.[0] ?? null
}

/** Asks for a file with builds in it; null when the user cancelled. */
export async function chooseBuilds(): Promise<string | null> {
  const paths = await open({
    title: 'Open builds',
    buttonLabel: 'Open',
    defaultPath: app.getPath('home'),
    properties: ['openFile'],
    filters: [
      { name: 'Builds', extensions: ['dockerbuild'] },
      { name: 'All files', extensions: ['*'] }
    ]
  })
  return paths?.[0] ?? null
}

/** Asks for files, or for one folder, to copy into a container; null when the user cancelled. */
export async function chooseFiles(what: 'files' | 'folder'): Promise<readonly string[] | null> {
  return await open({
    title: what === 'files' ? 'Upload files' : 'Upload a folder',
    buttonLabel: 'Upload',
    defaultPath: app.getPath('home'),
    properties: what === 'files' ? ['openFile', 'multiSelections', 'showHiddenFiles'] : ['openDirectory']
  })
}

/** Asks where to save a file, and whether it may be written over; null when the user cancelled. */
export async function chooseTarget(name: string, title = 'Download'): Promise<string | null> {
  const options: SaveDialogOptions = {
    title,
    buttonLabel: 'Save',
    defaultPath: join(app.getPath('downloads'), name),
    properties: ['showOverwriteConfirmation', 'createDirectory', 'showHiddenFiles']
  }
  const window = BrowserWindow.getFocusedWindow()
  const answer =
    window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options)
  return answer.canceled || answer.filePath === '' ? null : answer.filePath
}

/** Asks for the folder a folder is saved in; null when the user cancelled. */
export async function chooseTargetFolder(): Promise<string | null> {
  const folders = await open({
    title: 'Download into',
    buttonLabel: 'Save here',
    defaultPath: app.getPath('downloads'),
    properties: ['openDirectory', 'createDirectory']
  })
  return folders?.[0] ?? null
}

const CERTIFICATES = {
  certificate: 'the certificate',
  key: 'the private key of the certificate',
  authority: 'an authority'
}

/** Asks for a certificate of a registry, or the key of one; null when the user cancelled. */
export async function chooseCertificate(what: keyof typeof CERTIFICATES): Promise<string | null> {
  const extensions = what === 'key' ? ['key', 'pem'] : ['crt', 'cert', 'cer', 'pem']
  const paths = await open({
    title: `Choose ${CERTIFICATES[what]}`,
    buttonLabel: 'Choose',
    defaultPath: app.getPath('home'),
    properties: ['openFile', 'showHiddenFiles'],
    filters: [
      { name: what === 'key' ? 'Keys' : 'Certificates', extensions },
      { name: 'All files', extensions: ['*'] }
    ]
  })
  return paths?.[0] ?? null
}

async function open(options: OpenDialogOptions): Promise<readonly string[] | null> {
  const window = BrowserWindow.getFocusedWindow()
  const answer =
    window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options)
  return answer.canceled || answer.filePaths.length === 0 ? null : answer.filePaths
}

/** Asks where to write a file; null when the user cancelled. */
export async function chooseExportFile(suggestedName: string): Promise<string | null> {
  const options = {
    title: 'Export the log',
    buttonLabel: 'Export',
    defaultPath: join(app.getPath('home'), suggestedName),
    filters: [
      { name: 'Logs', extensions: ['log', 'txt'] },
      { name: 'All files', extensions: ['*'] }
    ]
  }
  const window = BrowserWindow.getFocusedWindow()
  const answer =
    window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options)
  return answer.canceled || answer.filePath === '' ? null : answer.filePath
}
