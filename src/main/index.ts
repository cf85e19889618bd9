/**
 * The entry: everything up to the window, and nothing else. The rest of main (application.ts) is loaded while the window's
 * process starts, because neither needs the other before the page's first call (docs/decisions/0107).
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog, Menu, session as sessions } from 'electron'
import { toAppError } from '@shared/errors'
import { serveIpc } from './ipc/electron'
import { createFileLogger, type Logger } from './platform/logger'
import { makeFolders, resolvePaths, type Paths } from './platform/paths'
import { denyPermissions, hardenPages } from './shell/hardening'
import { claimSingleInstance, manageLifecycle } from './shell/lifecycle'
import { PAGE_ORIGIN, registerPageScheme, servePage } from './shell/protocol'
import { createMainWindow, stateFileIn } from './shell/window'

/** In development Vite serves the page; a packaged app has only its own files. */
const devServer = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']
const resources = app.isPackaged ? process.resourcesPath : join(app.getAppPath(), 'resources')

// Blink follows the pointer over links five times a second, to load ahead from the web what is never loaded from it here.
app.commandLine.appendSwitch('disable-features', 'AnchorElementInteraction')
// Ours comes with the application; Electron would build one of its own first.
Menu.setApplicationMenu(null)
registerPageScheme()
run()

function run(): void {
  let paths: Paths
  try {
    paths = resolvePaths(process.env, process.platform, homedir())
    makeFolders(paths)
  } catch (thrown) {
    const { message, hint } = toAppError(thrown)
    console.error(`${message} ${hint ?? ''}`)
    // Without a window system the dialog cannot come; the line above has said it.
    if (process.platform !== 'linux' || process.env['DISPLAY']) dialog.showErrorBox(message, hint ?? '')
    app.exit(1)
    return
  }
  app.setPath('userData', paths.electronDir)
  if (!claimSingleInstance()) {
    console.log(`Quayside is already running with the folder ${paths.root}.`)
    app.exit(0)
    return
  }
  const log = createFileLogger(paths.appLog)
  log.info('started', { area: 'app', version: app.getVersion(), path: paths.root })
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    log.warn('Running as root: Chromium’s own sandbox is off; the page’s settings stay strict.', {
      area: 'app'
    })
  }
  hardenPages(log)
  // Not awaited at the top of the module: Electron is ready only after the module has been loaded.
  void app.whenReady().then(() => {
    open(paths, log)
  })
}

function open(paths: Paths, log: Logger): void {
  servePage(sessions.defaultSession, join(import.meta.dirname, '../renderer'))
  denyPermissions(sessions.defaultSession)
  const window = createMainWindow({
    url: devServer ?? `${PAGE_ORIGIN}/index.html`,
    preload: join(import.meta.dirname, '../preload/index.cjs'),
    stateFile: stateFileIn(paths.electronDir),
    icon: process.platform === 'linux' ? join(resources, 'icons', 'quayside.png') : undefined,
    log
  })
  const application = import('./application').then(({ start }) => start({ paths, resources, log, window }))
  serveIpc({
    router: application.then(({ router }) => router),
    windows: new Set([window.webContents.id]),
    origin: devServer === undefined ? PAGE_ORIGIN : new URL(devServer).origin,
    log
  })
  let mayQuit = (): boolean => true
  void application.then((started) => (mayQuit = started.mayQuit))
  manageLifecycle({
    mayQuit: () => mayQuit(),
    onSecondStart: () => {
      window.show()
      window.focus()
    },
    shutDown: async () => (await application).shutDown()
  }).quitWith(window)
}
