/** The one window: how it is made, remembered and brought back after a crash. It knows nothing of what it shows. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BrowserWindow, nativeTheme, screen, type Rectangle } from 'electron'
import type { Logger } from '@main/platform/logger'

export interface WindowOptions {
  /** The address of the page. */
  readonly url: string
  readonly preload: string
  /** Where size and place are kept between runs. */
  readonly stateFile: string
  readonly icon: string | undefined
  readonly log: Logger
}

const DEFAULT_SIZE = { width: 1280, height: 800 }
const BACKGROUND = { light: '#ffffff', dark: '#1b1d21' }

export function createMainWindow(options: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...DEFAULT_SIZE,
    ...readBounds(options.stateFile),
    minWidth: 720,
    minHeight: 480,
    title: 'Quayside',
    show: false,
    autoHideMenuBar: true,
    backgroundColor: backgroundColor(),
    ...(options.icon === undefined ? {} : { icon: options.icon }),
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false
    }
  })
  window.once('ready-to-show', () => {
    window.show()
  })
  window.on('close', () => {
    writeBounds(options.stateFile, window.getNormalBounds())
  })
  window.webContents.on('render-process-gone', (_event, details) => {
    options.log.error('the page crashed', { area: 'shell', kind: details.reason, exitCode: details.exitCode })
    if (!window.isDestroyed() && details.reason !== 'clean-exit') window.webContents.reload()
  })
  void window.loadURL(options.url)
  return window
}

/** What shows where the page has not been drawn yet. */
export function backgroundColor(): string {
  return nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light
}

export function stateFileIn(folder: string): string {
  return join(folder, 'window.json')
}

/** The remembered place, if it is still on a screen. */
function readBounds(file: string): Rectangle | undefined {
  try {
    const bounds = JSON.parse(readFileSync(file, 'utf8')) as Rectangle
    const area = screen.getDisplayMatching(bounds).workArea
    const visible =
      bounds.x < area.x + area.width &&
      bounds.x + bounds.width > area.x &&
      bounds.y >= area.y &&
      bounds.y < area.y + area.height
    return visible ? bounds : undefined
  } catch {
    return undefined
  }
}

function writeBounds(file: string, bounds: Rectangle): void {
  try {
    writeFileSync(file, JSON.stringify(bounds))
  } catch {
    // A place that is not remembered is no reason to keep a window from closing.
  }
}
