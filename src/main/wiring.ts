/** Which part tells which other part what. Part of the composition root: used by main/application.ts only. */
import { nativeTheme, powerMonitor, type BrowserWindow } from 'electron'
import type { EngineStatus } from '@shared/contract/engine'
import type { Settings } from '@shared/contract/settings'
import { sweepTemporary } from './docker/image-files'
import type { EngineSupervisor } from './engine/supervisor'
import type { Logger } from './platform/logger'
import type { SettingsStore } from './platform/settings'
import type { EngineSession } from './resources/session'
import { showNotification } from './shell/notifications'
import { backgroundColor } from './shell/window'
import { saveScreenshot } from './shell/screenshot'
import type { Mailbox } from './platform/mailbox'
import type { Endings } from './stopped/endings'
import { Notices } from './stopped/notices'

/** The session follows the engine: connected while it runs, told when the computer slept, and telling of lost events. */
export function connectSession(supervisor: EngineSupervisor, session: EngineSession, log: Logger): void {
  supervisor.onRunning((endpoint) => {
    session.connect(endpoint).catch((thrown: unknown) => {
      log.warn('the engine answered and then did not', { area: 'session' }, thrown)
      supervisor.eventsLost()
    })
  })
  supervisor.onNotRunning(() => {
    session.disconnect()
  })
  session.onEventsLost(() => {
    supervisor.eventsLost()
  })
  session.onConnected((client, signal) => {
    sweepTemporary(client, signal).catch((thrown: unknown) => {
      log.warn('containers of an earlier run may be left', { area: 'images' }, thrown)
    })
  })
  powerMonitor.on('resume', () => {
    session.resync()
  })
}

/** Tells the desktop of containers that need a look; a click shows the window and leads to the page. */
export function notifyOfContainers(parts: {
  readonly session: EngineSession
  readonly supervisor: EngineSupervisor
  readonly settings: SettingsStore<Settings>
  readonly endings: Endings
  readonly navigations: Mailbox<string>
  readonly window: BrowserWindow
}): void {
  const { session, supervisor, settings, endings, navigations, window } = parts
  const notices = new Notices({
    endings,
    wanted: () => settings.current.notifications,
    show: ({ path, ...text }) =>
      showNotification(text, () => {
        navigations.put(path)
        if (window.isMinimized()) window.restore()
        window.show()
        window.focus()
      })
  })
  session.onEvent((event) => {
    endings.take(event)
    // An engine that stops takes its containers along, which is no news.
    if (supervisor.status.state.name !== 'stopping') notices.take(event)
  })
  supervisor.onNotRunning(() => notices.cancel())
}

/** The native parts (scroll bars, menus, the first paint) follow the theme the user chose. */
export function followTheme(settings: SettingsStore<Settings>, window: BrowserWindow): void {
  const apply = async (): Promise<void> => {
    for await (const { theme } of settings.watch(new AbortController().signal)) {
      nativeTheme.themeSource = theme === 'contrast' ? 'dark' : theme
      if (!window.isDestroyed()) window.setBackgroundColor(backgroundColor())
    }
  }
  void apply()
}

/** Why the engine will not run by itself; empty while it may. */
function obstacleOf({ state, awaitingChoice }: EngineStatus): string {
  if (state.name === 'failed') return `${state.failure.message} ${state.failure.hint}`
  return awaitingChoice ? 'The docker CLI has an engine here already: the window asks which one to use.' : ''
}

/**
 * For starts without a display: a picture of the window once the engine runs, and its path on standard output. What keeps
 * the engine from running is said there too, because nobody sees the window.
 */
export function takePictureOnce(
  supervisor: EngineSupervisor,
  window: BrowserWindow,
  file: string,
  log: Logger
): void {
  const take = async (): Promise<void> => {
    const save = async (): Promise<void> => {
      await saveScreenshot(window, file)
      console.log(`Screenshot: ${file}`)
    }
    let told = ''
    for await (const status of supervisor.watch(new AbortController().signal)) {
      if (status.state.name === 'running') break
      const obstacle = obstacleOf(status)
      if (obstacle === '' || obstacle === told) continue
      told = obstacle
      console.error(obstacle)
      await save()
    }
    await save()
  }
  take().catch((thrown: unknown) => {
    log.warn('the picture could not be taken', { area: 'app', path: file }, thrown)
  })
}
