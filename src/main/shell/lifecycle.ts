/**
 * Starting and quitting as the desktop sees them: one instance per folder, the window kept until the engine has
 * stopped, and no way out that leaves an engine of ours behind.
 */
import { app, type BrowserWindow } from 'electron'

export interface LifecycleOptions {
  /** Called when a second start of the app was refused in favour of this one. */
  readonly onSecondStart: () => void
  /** False when the user stays: something is not saved. */
  readonly mayQuit: () => boolean
  /** Everything that has to end before the process may; its failures are its own to log. */
  readonly shutDown: () => Promise<void>
}

/** False when another instance with the same folder runs; it has been told to come to the front. */
export function claimSingleInstance(): boolean {
  return app.requestSingleInstanceLock()
}

export interface Lifecycle {
  /** Closing the window is quitting; it stays, showing the engine stop, until there is nothing left to stop. */
  quitWith(window: BrowserWindow): void
}

export function manageLifecycle(options: LifecycleOptions): Lifecycle {
  let phase: 'running' | 'stopping' | 'stopped' = 'running'

  app.on('second-instance', options.onSecondStart)

  app.on('before-quit', (event) => {
    if (phase === 'stopped') return
    event.preventDefault()
    if (phase === 'stopping' || !options.mayQuit()) return
    phase = 'stopping'
    void options.shutDown().finally(() => {
      phase = 'stopped'
      app.quit()
    })
  })

  app.on('window-all-closed', () => {
    app.quit()
  })

  return {
    quitWith(window) {
      window.on('close', (event) => {
        if (phase === 'stopped') return
        event.preventDefault()
        app.quit()
      })
    }
  }
}
