/**
 * The composition root: constructs the parts, wires them to one another, starts and stops them. No logic of its own.
 * The window is made first, so that it is there while the engine starts.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog, session as sessions } from 'electron'
import { Settings } from '@shared/contract/settings'
import { toAppError } from '@shared/errors'
import { createEngineSupervisor } from './engine/supervisor'
import { serveIpc } from './ipc/electron'
import { createFileLogger, type Logger } from './platform/logger'
import { Mailbox } from './platform/mailbox'
import { makeFolders, resolveBundleDir, resolvePaths, type Paths } from './platform/paths'
import { openSettings } from './platform/settings'
import { EngineSession } from './resources/session'
import { denyPermissions, hardenPages } from './shell/hardening'
import { claimSingleInstance, manageLifecycle } from './shell/lifecycle'
import { installMenu } from './shell/menu'
import { startScanThread } from './logs/scan-thread'
import { LogService } from './logs/service'
import { PAGE_ORIGIN, registerPageScheme, servePage } from './shell/protocol'
import { createMainWindow, stateFileIn } from './shell/window'
import { Endings } from './stopped/endings'
import { TaskRegistry } from './tasks/registry'
import { TerminalRegistry } from './terminals/registry'
import { makeRouter, type Parts } from './make-router'
import { connectSession, followTheme, notifyOfContainers, takePictureOnce } from './wiring'

/** In development Vite serves the page; a packaged app has only its own files. */
const devServer = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']
const origin = devServer === undefined ? PAGE_ORIGIN : new URL(devServer).origin
const resources = app.isPackaged ? process.resourcesPath : join(app.getAppPath(), 'resources')

// Blink follows the pointer over links five times a second, to load ahead from the web what is never loaded from it here.
app.commandLine.appendSwitch('disable-features', 'AnchorElementInteraction')
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
    start(paths, log)
  })
}

function start(paths: Paths, log: Logger): void {
  const settings = openSettings(paths.settingsFile, Settings, log)
  const supervisor = createEngineSupervisor({
    paths,
    settings,
    log,
    env: process.env,
    bundleDir: bundleDir()
  })
  const session = new EngineSession({
    log: { warn: (message, { kind }) => log.warn(message, { area: 'session', kind: String(kind) }) }
  })
  const tasks = new TaskRegistry()
  const logs = new LogService({ session, startScan: startScanThread })
  const terminals = new TerminalRegistry(() => session.client())
  const told = { endings: new Endings(), navigations: new Mailbox<string>() }
  const parts = { paths, resources, log, settings, supervisor, session, tasks, logs, terminals, ...told }
  const router = makeRouter(parts)
  const windows = new Set<number>()
  serveIpc({ router, windows, origin, log })

  servePage(sessions.defaultSession, join(import.meta.dirname, '../renderer'))
  denyPermissions(sessions.defaultSession)
  installMenu(process.platform)
  followTheme(settings)
  const window = createMainWindow({
    url: devServer ?? `${PAGE_ORIGIN}/index.html`,
    preload: join(import.meta.dirname, '../preload/index.cjs'),
    stateFile: stateFileIn(paths.electronDir),
    icon: process.platform === 'linux' ? join(resources, 'icons', 'quayside.png') : undefined,
    log
  })
  windows.add(window.webContents.id)

  connectSession(supervisor, session, log)
  notifyOfContainers({ ...parts, window })
  const picture = process.env['QUAYSIDE_SCREENSHOT']
  if (picture !== undefined) takePictureOnce(supervisor, window, picture, log)
  manageLifecycle({
    onSecondStart: () => {
      window.show()
      window.focus()
    },
    shutDown: () => shutDown(parts)
  }).quitWith(window)
}

async function shutDown({ tasks, logs, terminals, supervisor, session, log }: Parts): Promise<void> {
  tasks.cancelAll()
  logs.dispose()
  await terminals.closeAll()
  await supervisor.dispose().catch((thrown: unknown) => {
    log.error('the engine could not be stopped', { area: 'app' }, thrown)
  })
  session.disconnect()
}

function bundleDir(): string {
  const where = app.isPackaged
    ? { packagedResources: process.resourcesPath }
    : { repository: app.getAppPath() }
  return resolveBundleDir({ ...where, platform: process.platform, arch: process.arch })
}
